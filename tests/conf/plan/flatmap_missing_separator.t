The separator is missing.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:26: error: invalid number of arguments in "split" directive: 1 given; write "split FIELD SEPARATOR [AS] [NAME];"
    flatmap m { from in; split b; }
                         ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
