A step is missing.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; cumulate 24h; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:32: error: invalid number of arguments in "cumulate" directive: 1 given; write "cumulate MAX_SIZE STEP;"
    window w { from in; key u; cumulate 24h; aggregate n = count(); }
                               ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
