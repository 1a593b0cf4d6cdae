A seed is a number.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    sample x { from in; rate 0.5; seed x; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:40: error: "x" is no whole number
    sample x { from in; rate 0.5; seed x; }
                                       ^
weir: configuration file weir.conf test failed
-- exit 1
