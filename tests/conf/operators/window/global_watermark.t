A global window has no end.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; global; trigger watermark; aggregate n = count(); }
    window v { from in; key u; count 3; trigger watermark; aggregate n = count(); }
    sink null out { from w v; }
}
-- stdout
-- stderr
weir.conf:3:48: error: windows of "count" and "global" have no end that a watermark could pass
    window w { from in; key u; global; trigger watermark; aggregate n = count(); }
                                               ^~~~~~~~~
weir.conf:4:49: error: windows of "count" and "global" have no end that a watermark could pass
    window v { from in; key u; count 3; trigger watermark; aggregate n = count(); }
                                                ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
