A session goes out once.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; session 10s; trigger every 5s; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: a "session" goes out once, for a row may still join it to another: take "max_duration" for those that do not end
    window w { from in; key u; session 10s; trigger every 5s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
