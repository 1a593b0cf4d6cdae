Once and several times.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; tumbling 10s; emit final; trigger count 5; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: with "emit final" a window goes out once, when it takes no more rows: take "emit update" or no "trigger"
    window w { from in; key u; tumbling 10s; emit final; trigger count 5; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
