where takes a condition.
-- conf
pipeline p {
    source stdin in { format json { a int; } where a; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:52: error: a condition is needed, but this is int
    source stdin in { format json { a int; } where a; }
                                                   ^
weir: configuration file weir.conf test failed
-- exit 1
