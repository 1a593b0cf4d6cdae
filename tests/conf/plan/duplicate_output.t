An output with the name of an operator.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a > 1; else_to in; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:46: error: duplicate output name "in": it names source stdin "in"; operators and outputs share one set of names
    filter f { from in; where a > 1; else_to in; }
                                             ^~
weir.conf:2:18: note: "in" first defined here
weir: configuration file weir.conf test failed
-- exit 1
