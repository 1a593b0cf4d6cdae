A condition that is no condition.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a + 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: a condition is needed, but this is int
    filter f { from in; where a + 1; }
                              ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
