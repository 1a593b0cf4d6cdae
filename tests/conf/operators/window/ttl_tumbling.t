Windows that end need no ttl.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; tumbling 10s; ttl 1h; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "ttl" is for "count" and "global": other windows end
    window w { from in; key u; tumbling 10s; ttl 1h; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
