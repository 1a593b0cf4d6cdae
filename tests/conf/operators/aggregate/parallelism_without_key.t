Without a key there is one subtask.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; aggregate n = count(); parallelism 2; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:51: error: "parallelism" is 2; aggregate "x" can have 1 subtask
    aggregate x { from in; aggregate n = count(); parallelism 2; }
                                                  ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
