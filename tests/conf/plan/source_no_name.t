A source without a name.
-- conf
pipeline p {
    source stdin { }
    sink null out { from in; }
}
-- stderr
weir.conf:2:5: error: invalid number of arguments in "source" directive; write "source PLUGIN NAME { ... }"
    source stdin { }
    ^~~~~~
weir.conf:3:26: error: unknown operator or output "in"
    sink null out { from in; }
                         ^~
weir: configuration file weir.conf test failed
-- exit 1
