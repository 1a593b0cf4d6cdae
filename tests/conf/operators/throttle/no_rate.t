The rate is required.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; key k; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:5: error: throttle "x" needs "rate"
    throttle x { from in; key k; }
    ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
