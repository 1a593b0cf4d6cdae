An output needs a name.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; exceed to; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:14: error: "exceed to" wants the name of an output
    throttle x { from in; rate 1/s; exceed to; }
             ^
weir: configuration file weir.conf test failed
-- exit 1
