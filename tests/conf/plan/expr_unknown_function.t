A function that nobody knows.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where lenght(b) > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: unknown function "lenght"; did you mean "length"?
    filter f { from in; where lenght(b) > 1; }
                              ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
