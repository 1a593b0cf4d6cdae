Windows close at the end of the input.
-- conf
pipeline p {
    source stdin in { format json { k string; t timestamp ms; } event_time t; }
    window w { from in; key k; tumbling 10s; aggregate n = count(); }
    sink stdout out { from w; }
}
-- args
run weir.conf
-- stdin
{"k":"a","t":1000}
{"k":"a","t":2000}
{"k":"a","t":12000}
-- stdout
{"k":"a","window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:00:10Z","n":2}
{"k":"a","window_start":"1970-01-01T00:00:10Z","window_end":"1970-01-01T00:00:20Z","n":1}
-- stderr
-- exit 0
