Nothing to discard.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; tumbling 10s; accumulation_mode discarding; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: "accumulation_mode discarding" is for windows that go out several times: with a "trigger" or "allowed_lateness", and "emit update"
    window w { from in; key u; tumbling 10s; accumulation_mode discarding; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
