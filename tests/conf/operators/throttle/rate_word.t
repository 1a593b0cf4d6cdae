A rate that is a word.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate fast; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:32: error: "rate" wants ROWS/TIME, as 100/s or 5/10m: 1 to 1000000000 rows in 1ms to 366d
    throttle x { from in; rate fast; }
                               ^~~~
weir: configuration file weir.conf test failed
-- exit 1
