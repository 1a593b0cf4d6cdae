An operator without a name.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter { from in; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:5: error: invalid number of arguments in "filter" directive; write "filter NAME { ... }"
    filter { from in; where a > 1; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
