checkpoint is a block, and has no words of its own.
-- conf
pipeline p {
    checkpoint 5s { interval 1s; }
    source stdin in { format json { a int; } }
    sink null out { from in; }
}
-- stdout
-- stderr
weir.conf:2:5: error: invalid number of arguments in "checkpoint" directive; write "checkpoint { ... }"
    checkpoint 5s { interval 1s; }
    ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
