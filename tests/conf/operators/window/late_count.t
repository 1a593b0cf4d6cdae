No row is late for windows of rows.
-- conf
pipeline p {
    source generator in { field u int uniform 1 9; field ts timestamp 2026-01-01T00:00:00Z 1s; event_time ts; watermark monotonic; }
    window w { from in; key u; count 10; late_to late; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout
-- stderr
weir.conf:3:12: error: no row is late for windows of "count" or "global": "allowed_lateness" and "late_to" are for the others
    window w { from in; key u; count 10; late_to late; aggregate n = count(); }
           ^
weir.conf:3:50: error: nobody reads "late"
    window w { from in; key u; count 10; late_to late; aggregate n = count(); }
                                                 ^~~~
note: to throw its rows away, add: sink null NAME { from late; }
weir: configuration file weir.conf test failed
-- exit 1
