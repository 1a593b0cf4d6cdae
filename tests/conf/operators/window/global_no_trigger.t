A global window that never goes out.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; global; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: a "global" window has no end: say with "trigger" when it goes out, or "emit final" for once, at the end of the input
    window w { from in; key u; global; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
