What is dropped needs none.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1/s; exceed drop y; }
    sink null out { from x y; }
}
-- stderr
weir.conf:3:14: error: "exceed drop" takes no name
    throttle x { from in; rate 1/s; exceed drop y; }
             ^
weir: configuration file weir.conf test failed
-- exit 1
