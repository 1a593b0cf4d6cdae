The key is required.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; within 1s; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:5: error: dedupe "x" needs "key"
    dedupe x { from in; within 1s; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
