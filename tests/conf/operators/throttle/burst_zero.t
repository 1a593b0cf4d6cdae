A burst of nothing lets nothing through.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; burst 0; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:43: error: "burst" is 0; allowed 1 to 1000000000
    throttle x { from in; rate 1/s; burst 0; }
                                          ^
weir: configuration file weir.conf test failed
-- exit 1
