Errors of all stages, in file order.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    fliter f { from in; where a > 1; }
    filter g { from in; where aa > 1; }
    filter h { from g; wher b = 1; }
    sink null out { from f g h; }
}
-- stderr
weir.conf:3:5: error: unknown operator "fliter"; did you mean "filter"?
    fliter f { from in; where a > 1; }
    ^~~~~~
weir.conf:4:31: error: unknown field "aa"; did you mean "a"?
    filter g { from in; where aa > 1; }
                              ^~
weir.conf:5:5: error: filter "h" needs "where"
    filter h { from g; wher b = 1; }
    ^~~~~~
weir.conf:5:24: error: unknown directive "wher" in filter "h"; did you mean "where"?
    filter h { from g; wher b = 1; }
                       ^~~~
weir: configuration file weir.conf test failed
-- exit 1
