A reserved name.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter source { from in; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: "source" is a reserved word and cannot be a name
    filter source { from in; where a > 1; }
           ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
