try with too many arguments.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where try(a, b) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: try(x) takes 1 argument, not 2
    filter f { from in; where try(a, b) = 1; }
                              ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
