Two cases of one name.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; case a v < 1; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:43: error: duplicate output name "a": it names an output of route "r"; operators and outputs share one set of names
    route r { from in; case a v > 1; case a v < 1; }
                                          ^
weir.conf:3:29: note: "a" first defined here
weir: configuration file weir.conf test failed
-- exit 1
