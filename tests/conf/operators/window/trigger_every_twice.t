The same with times; event time and the clock go together.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; tumbling 10s; trigger every 5s; trigger every 1s processing; trigger every 2s; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:101: error: there is such a trigger "every" already
...10s; trigger every 5s; trigger every 1s processing; trigger every 2s; aggregate n = count(); }
                                                               ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
