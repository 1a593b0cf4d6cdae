A directive that an operator has not.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; were a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: filter "f" needs "where"
    filter f { from in; were a > 1; }
    ^~~~~~
weir.conf:3:25: error: unknown directive "were" in filter "f"; did you mean "where"?
    filter f { from in; were a > 1; }
                        ^~~~
weir: configuration file weir.conf test failed
-- exit 1
