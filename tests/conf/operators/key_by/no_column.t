A key adds no column.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    key_by x { from in; key n = v % 2; }
    sink stdout out { from x; }
}
-- args
run weir.conf
-- stdin
{"k":"a","v":1,"t":1}
-- stdout
{"k":"a","v":1,"j":null,"t":"1970-01-01T00:00:00.001Z"}
-- stderr
-- exit 0
