All counters at the end.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } on_error drop; }
    sink stdout out { from in; }
}
-- args
run --summary json weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":oops}
{"a":2,"b":"y"}
-- stdout
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
{"pipeline":"p","reason":"ended","error":null,"exit":0,"elapsed_s":{{[0-9.e-]+}},"loops":1,"operators":[{"name":"in","kind":"source","operator":"stdin","parallelism":1,"rows_in":0,"rows_out":2,"batches_in":0,"records":3,"bad":1,"rejected":1,"dropped":1,"dead":0,"busy_us":{{[0-9]+}},"blocked_us":{{[0-9]+}},"queued":0,"watermark":"end","counters":{"empty_lines":0,"input_bytes":43}},{"name":"out","kind":"sink","operator":"stdout","parallelism":1,"rows_in":2,"rows_out":0,"batches_in":1,"records":0,"bad":0,"rejected":0,"dropped":0,"dead":0,"busy_us":{{[0-9]+}},"blocked_us":{{[0-9]+}},"queued":0,"watermark":"end","counters":{"unwritten_rows":0,"output_bytes":32}}]}
-- exit 0
