A session with max_duration goes out once.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; session 10s; max_duration 1m; trigger every 5s; aggregate n = count(); }
    window v { from in; key u; session 10s; max_duration 1m; allowed_lateness 5s; aggregate n = count(); }
    sink null out { from w v; }
}
-- stdout
-- stderr
weir.conf:3:12: error: where "max_duration" cuts a session is known when that is over, so it goes out once: take no "trigger" and no "allowed_lateness", or no "max_duration"
    window w { from in; key u; session 10s; max_duration 1m; trigger every 5s; aggregate n = count(); }
           ^
weir.conf:4:12: error: where "max_duration" cuts a session is known when that is over, so it goes out once: take no "trigger" and no "allowed_lateness", or no "max_duration"
    window v { from in; key u; session 10s; max_duration 1m; allowed_lateness 5s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
