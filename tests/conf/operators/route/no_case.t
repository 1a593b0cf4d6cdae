A router without cases.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; default a; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:5: error: route "r" needs "case"
    route r { from in; default a; }
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
