There are five hidden columns.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where @ofset > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: unknown field "@ofset"; did you mean "@offset"?
    filter f { from in; where @ofset > 1; }
                              ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
