A window of no kind.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:12: error: which windows: "tumbling", "hopping", "session", "cumulate", "count" or "global" is missing
    window w { from in; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
