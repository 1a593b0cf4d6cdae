Parallelism out of its range.
-- conf
pipeline p {
    source stdin in { format json { a int; } parallelism 0; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:58: error: "parallelism" is 0; allowed 1 to 1024
    source stdin in { format json { a int; } parallelism 0; }
                                                         ^
weir: configuration file weir.conf test failed
-- exit 1
