Every output must be read.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; exceed to y; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:47: error: nobody reads "y"
    throttle x { from in; rate 1/s; exceed to y; }
                                              ^
note: to throw its rows away, add: sink null NAME { from y; }
weir: configuration file weir.conf test failed
-- exit 1
