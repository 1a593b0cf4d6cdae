A router's own name is no output, but taken all the same.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case r v > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:29: error: duplicate output name "r": it names route "r"; operators and outputs share one set of names
    route r { from in; case r v > 1; }
                            ^
weir.conf:3:11: note: "r" first defined here
weir: configuration file weir.conf test failed
-- exit 1
