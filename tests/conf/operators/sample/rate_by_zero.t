A share of zero parts.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    sample x { from in; rate 1/0; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:30: error: "rate" is "1/0"; write a share above 0 and up to 1, as 1/100 or 0.01
    sample x { from in; rate 1/0; }
                             ^~~
weir: configuration file weir.conf test failed
-- exit 1
