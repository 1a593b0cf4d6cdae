A session that is over takes no more rows.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; session 10s; allowed_lateness 1m; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: a "session" that is over takes no more rows: "allowed_lateness" is for "tumbling", "hopping" and "cumulate"; a later watermark waits for all rows
    window w { from in; key u; session 10s; allowed_lateness 1m; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
