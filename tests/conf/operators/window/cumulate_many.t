Too many steps.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; cumulate 24h 1s; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: the max_size of "cumulate" is more than 65536 of its steps
    window w { from in; key u; cumulate 24h 1s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
