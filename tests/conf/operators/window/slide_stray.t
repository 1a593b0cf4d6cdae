The slide of windows of time stands behind their size.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; hopping 10s 5s; slide 5; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "slide" is for "count"; windows of time overlap with "hopping SIZE SLIDE"
    window w { from in; key u; hopping 10s 5s; slide 5; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
