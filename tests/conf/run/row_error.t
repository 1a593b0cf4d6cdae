A row that cannot be computed fails the pipeline.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    map m { from in; set c = 10 / (a - 1); }
    sink stdout out { from m; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
weir: pipeline "p" failed: map "m": division by zero, in source stdin "in" "stdin" at offset 0: {"a":1,"b":"x"} (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
