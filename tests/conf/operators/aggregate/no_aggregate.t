Something must be aggregated.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; key k; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:5: error: aggregate "x" needs "aggregate"
    aggregate x { from in; key k; }
    ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
