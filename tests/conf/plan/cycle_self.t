An operator that reads itself.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from f; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: cycle: f -> f
    filter f { from f; where a > 1; }
           ^
weir: configuration file weir.conf test failed
-- exit 1
