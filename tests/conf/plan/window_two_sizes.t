A window of two kinds.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 1s; hopping 10s 1s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:12: error: "tumbling", "hopping", "session", "cumulate", "count" and "global" exclude each other
    window w { from in; tumbling 1s; hopping 10s 1s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
