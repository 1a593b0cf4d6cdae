What is forgotten is not in a final result.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; global; emit final; ttl 1h; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "ttl" would drop results before "emit final" has shown them; take a "trigger"
    window w { from in; key u; global; emit final; ttl 1h; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
