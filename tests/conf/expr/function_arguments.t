A function with the wrong arguments.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where substr(b) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: substr(string, from [, count]): takes 2 to 3 arguments, not 1
    filter f { from in; where substr(b) = 1; }
                              ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
