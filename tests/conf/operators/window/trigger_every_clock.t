A clock that there is not.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; tumbling 10s; trigger every 10s realtime; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:54: error: a trigger is "count N", "every TIME", "every TIME processing" or "watermark": `trigger every 10s;`, say
    window w { from in; key u; tumbling 10s; trigger every 10s realtime; aggregate n = count(); }
                                                     ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
