Every output must be read.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; duplicates_to y; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:46: error: nobody reads "y"
    dedupe x { from in; key k; duplicates_to y; }
                                             ^
note: to throw its rows away, add: sink null NAME { from y; }
weir: configuration file weir.conf test failed
-- exit 1
