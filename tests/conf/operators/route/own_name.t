The router's own name is no output.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; case b v < 1; default rest; }
    sink null out { from r; }
}
-- stderr
weir.conf:4:26: error: route "r" has no output of its own name; it has: rest, a, b
    sink null out { from r; }
                         ^
weir: configuration file weir.conf test failed
-- exit 1
