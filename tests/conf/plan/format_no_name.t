A format without a name.
-- conf
pipeline p {
    source stdin in { format { a int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:23: error: invalid number of arguments in "format" directive; write "format NAME { ... }"
    source stdin in { format { a int; } }
                      ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
