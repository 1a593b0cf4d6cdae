A source of one partition.
-- conf
pipeline p {
    source stdin in { format json { a int; } parallelism 2; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:46: error: "parallelism" is 2; source stdin "in" can have 1 subtask
    source stdin in { format json { a int; } parallelism 2; }
                                             ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
