There is one default.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; default b; default c; }
    sink null out { from a b; }
}
-- stderr
weir.conf:3:49: error: "default" directive is duplicate
    route r { from in; case a v > 1; default b; default c; }
                                                ^~~~~~~
weir.conf:3:38: note: "default" first given here
weir: configuration file weir.conf test failed
-- exit 1
