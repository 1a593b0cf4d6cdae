Rows that amend earlier ones are refused.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate w { from in; key k; aggregate n = count(); }
    throttle x { from w; rate 1/s; }
    sink null out { from x; }
}
-- stderr
weir.conf:4:23: error: throttle "x" cannot take rows that amend earlier ones, which aggregate "w" makes
    throttle x { from w; rate 1/s; }
                      ^
weir.conf:3:15: note: "w" is defined here
note: a map between them makes plain rows of such: changes_as NAME;
weir: configuration file weir.conf test failed
-- exit 1
