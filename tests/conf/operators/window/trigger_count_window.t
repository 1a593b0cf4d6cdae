Windows of rows go out when they have them.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; count 10; trigger every 5s; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: the last row of a window of "count" is what makes it go out: other triggers are for windows of time and "global"
    window w { from in; key u; count 10; trigger every 5s; aggregate n = count(); }
           ^
weir: configuration file weir.conf test failed
-- exit 1
