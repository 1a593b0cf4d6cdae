Results at the end amend nothing.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate a { from in; key k; aggregate n = count(); emit end; }
    filter x { from a; where n > 1; }
    sink stdout out { from x; }
}
-- args
run weir.conf
-- stdin
{"k":"a","t":1}
{"k":"b","t":1}
{"k":"a","t":1}
-- stdout
{"k":"a","n":2}
-- stderr
-- exit 0
