A function with an argument of the wrong type.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where abs(b) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: abs(x): takes int or float, not string
    filter f { from in; where abs(b) = 1; }
                              ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
