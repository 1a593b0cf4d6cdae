A product that would overflow.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    throttle x { from in; rate 1000000000/366d; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:32: error: "rate" and "burst" are too large: for so many rows take a shorter time
    throttle x { from in; rate 1000000000/366d; }
                               ^~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
