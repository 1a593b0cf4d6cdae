The last one of a stretch of time.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; keep last; within 1s; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:12: error: "keep last" amends the row before, however old it is: take "keep first" with "within", or a window "session" with last()
    dedupe x { from in; key k; keep last; within 1s; }
           ^
weir: configuration file weir.conf test failed
-- exit 1
