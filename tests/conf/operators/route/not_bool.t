A condition that is a number.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v + 1; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:31: error: a condition is needed, but this is int
    route r { from in; case a v + 1; }
                              ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
