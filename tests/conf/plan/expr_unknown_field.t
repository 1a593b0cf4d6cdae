A field that is not there.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where aa > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: unknown field "aa"; did you mean "a"?
    filter f { from in; where aa > 1; }
                              ^~
weir: configuration file weir.conf test failed
-- exit 1
