A slide that leaves rows out.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; count 10; slide 11; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "slide" is more than the rows of "count", so rows between the windows would be lost
    window w { from in; key u; count 10; slide 11; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
