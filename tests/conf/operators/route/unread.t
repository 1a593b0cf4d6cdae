Every output must be read.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; case b v < 1; default rest; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:43: error: nobody reads "b"
    route r { from in; case a v > 1; case b v < 1; default rest; }
                                          ^
note: to throw its rows away, add: sink null NAME { from b; }
weir.conf:3:60: error: nobody reads "rest"
    route r { from in; case a v > 1; case b v < 1; default rest; }
                                                           ^~~~
note: to throw its rows away, add: sink null NAME { from rest; }
weir: configuration file weir.conf test failed
-- exit 1
