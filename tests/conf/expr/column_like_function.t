A function without its parentheses.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where length = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: unknown field "length"
    filter f { from in; where length = 1; }
                              ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
