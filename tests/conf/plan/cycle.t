Operators that read each other.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from g; where a > 1; }
    filter g { from f in; where a > 2; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:12: error: cycle: f -> g -> f
    filter f { from g; where a > 1; }
           ^
weir: configuration file weir.conf test failed
-- exit 1
