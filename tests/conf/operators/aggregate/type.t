An aggregate of the wrong type.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; aggregate s = sum(k); }
    sink null out { from x; }
}
-- stderr
weir.conf:3:42: error: sum(x): takes int or float, not string
    aggregate x { from in; aggregate s = sum(k); }
                                         ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
