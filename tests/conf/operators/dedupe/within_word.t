A time is a number with a unit.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; within long; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:39: error: "long" is no duration; write 500ms, 5s, 10m, 1h or 7d
    dedupe x { from in; key k; within long; }
                                      ^~~~
weir: configuration file weir.conf test failed
-- exit 1
