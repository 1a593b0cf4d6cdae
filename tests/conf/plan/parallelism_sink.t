A sink of one file.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink stdout out { from in; parallelism 4; }
}
-- stderr
weir.conf:3:32: error: "parallelism" is 4; sink stdout "out" can have 1 subtask
    sink stdout out { from in; parallelism 4; }
                               ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
