Neither the first nor the last.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key k; keep latest; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:37: error: "keep" is "latest"; choose one of: first, last
    dedupe x { from in; key k; keep latest; }
                                    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
