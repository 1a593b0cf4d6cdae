A global window has no end.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; global; trigger watermark; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:48: error: a "global" window has no end that a watermark could pass
    window w { from in; key u; global; trigger watermark; aggregate n = count(); }
                                               ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
