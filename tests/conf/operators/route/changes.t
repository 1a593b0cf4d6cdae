Rows that amend earlier ones are refused.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    window w { from in; tumbling 1s; allowed_lateness 1m; aggregate n = count(); }
    route r { from w; case a n > 1; }
    sink null out { from a; }
}
-- stderr
weir.conf:4:20: error: route "r" cannot take rows that amend earlier ones, which window "w" makes
    route r { from w; case a n > 1; }
                   ^
weir.conf:3:12: note: "w" is defined here
weir: configuration file weir.conf test failed
-- exit 1
