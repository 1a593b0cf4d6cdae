nullif with too few arguments.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where nullif(a) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: nullif(a, b) takes 2 arguments, not 1
    filter f { from in; where nullif(a) = 1; }
                              ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
