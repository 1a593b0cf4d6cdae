No rows, no result.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; aggregate n = count(); emit end; }
    sink stdout out { from x; }
}
-- args
run weir.conf
-- stdin
-- stdout
-- stderr
-- exit 0
