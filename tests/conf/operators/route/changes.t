Rows that amend earlier ones are taken; a sink of deletes is there.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    window w { from in; tumbling 1s; allowed_lateness 1m; aggregate n = count(); }
    route r { from w; case a n > 1; }
    sink null out { from a; }
}
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
