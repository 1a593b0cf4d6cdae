The first row does not wait for the end.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; emit end; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:12: error: the first row of a key goes on at once: "emit" is for "keep last"
    dedupe x { from in; key k; emit end; }
           ^
weir: configuration file weir.conf test failed
-- exit 1
