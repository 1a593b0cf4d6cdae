An operator with two names.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f g { from in; where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: invalid number of arguments in "filter" directive; write "filter NAME { ... }"
    filter f g { from in; where a > 1; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
