An output cannot be called as its operator.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; duplicates_to x; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:46: error: duplicate output name "x": it names dedupe "x"; operators and outputs share one set of names
    dedupe x { from in; key k; duplicates_to x; }
                                             ^
weir.conf:3:12: note: "x" first defined here
weir: configuration file weir.conf test failed
-- exit 1
