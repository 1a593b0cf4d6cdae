One time, once.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; within 1s; within 2s; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:43: error: "within" directive is duplicate
    dedupe x { from in; key k; within 1s; within 2s; }
                                          ^~~~~~
weir.conf:3:32: note: "within" first given here
weir: configuration file weir.conf test failed
-- exit 1
