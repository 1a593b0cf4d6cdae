Too many parts.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; count 1000001; slide 10; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "count" and "slide" have so small a common divisor that a window is made of more than 65536 parts
    window w { from in; key u; count 1000001; slide 10; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
