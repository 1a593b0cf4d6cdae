Rows that `where` leaves out need no event time, and move the watermark if they have one.
-- conf
pipeline p {
    source stdin in {
        format json { kind int; ts timestamp ms; }
        where kind = 2;
        event_time ts;
        watermark monotonic;
    }
    window w { from in; tumbling 10s; late_to late; aggregate n = count(); }
    sink stdout out { from w; }
    sink file f { from late; path late.ndjson; }
}
-- args
run weir.conf
-- stdin
{"kind":0}
{"kind":2,"ts":1000}
{"kind":1,"ts":20000}
{"kind":1,"ts":null}
{"kind":2,"ts":2000}
{"kind":2,"ts":21000}
-- stdout
{"window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:00:10Z","n":1}
{"window_start":"1970-01-01T00:00:20Z","window_end":"1970-01-01T00:00:30Z","n":1}
-- output late.ndjson
{"kind":2,"ts":"1970-01-01T00:00:02Z"}
-- exit 0
