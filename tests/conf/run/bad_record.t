A bad record fails the pipeline, and is shown.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":oops}
{"a":2,"b":"y"}
-- stderr
weir: pipeline "p" failed: source stdin "in": byte 5 begins no JSON value, in source stdin "in" "stdin" at offset 16: {"a":oops} (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
