What may become of rows above the rate.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; exceed block; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:44: error: "exceed" is "block"; choose one of: drop, to
    throttle x { from in; rate 1/s; exceed block; }
                                           ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
