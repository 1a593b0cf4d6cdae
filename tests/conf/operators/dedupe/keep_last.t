Only the first can be kept.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; keep last; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:37: error: "keep" is "last"; choose one of: first
    dedupe x { from in; key k; keep last; }
                                    ^~~~
weir: configuration file weir.conf test failed
-- exit 1
