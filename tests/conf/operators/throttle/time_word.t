The two times.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; time clock; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:42: error: "time" is "clock"; choose one of: event, processing
    throttle x { from in; rate 1/s; time clock; }
                                         ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
