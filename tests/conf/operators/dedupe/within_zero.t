Duplicates of the same time only would be within 1ms.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; within 0s; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:39: error: "within" is 0s; allowed 1ms to 36525d
    dedupe x { from in; key k; within 0s; }
                                      ^~
weir: configuration file weir.conf test failed
-- exit 1
