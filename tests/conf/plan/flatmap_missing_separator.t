The separator is missing.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:26: error: invalid number of arguments in "split" directive: 1 given, takes 2 to 4
    flatmap m { from in; split b; }
                         ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
