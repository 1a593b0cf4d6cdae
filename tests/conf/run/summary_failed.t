All counters of a run that failed.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run --summary json weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":oops}
{"a":2,"b":"y"}
-- stderr
weir: pipeline "p" failed: source stdin "in": byte 5 begins no JSON value, in source stdin "in" "stdin" at offset 16: {"a":oops} (on_error drop or dead_letter NAME would let the pipeline go on)
{"pipeline":"p","reason":"failed","error":"source stdin \"in\": byte 5 begins no JSON value, in source stdin \"in\" \"stdin\" at offset 16: {\"a\":oops} (on_error drop or dead_letter NAME would let the pipeline go on)","exit":1,"elapsed_s":{{[0-9.e-]+}},"loops":1,"operators":{{.*}}
-- exit 1
