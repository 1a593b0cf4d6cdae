A step that does not come out even.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; cumulate 1h 7m; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: the step of "cumulate" does not divide its max_size
    window w { from in; key u; cumulate 1h 7m; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
