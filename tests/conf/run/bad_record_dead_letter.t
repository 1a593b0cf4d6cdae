Bad records can go elsewhere.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } on_error dead_letter bad; }
    sink null n { from in; }
    sink stdout out { from bad; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":oops}
{"a":2,"b":"y"}
-- stdout
{"raw":"eyJhIjpvb3BzfQ==","error":"byte 5 begins no JSON value","error_code":"bad_record","operator":"in","pipeline":"p","source":"in","partition":"stdin","offset":16,"event_time":null,"attempts":1}
-- stderr
-- exit 0
