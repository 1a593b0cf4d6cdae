The host's directives are guessed too.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { form in; where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: filter "f" needs "from"
    filter f { form in; where a > 1; }
    ^~~~~~
weir.conf:3:16: error: unknown directive "form" in filter "f"; did you mean "from"?
    filter f { form in; where a > 1; }
               ^~~~
weir: configuration file weir.conf test failed
-- exit 1
