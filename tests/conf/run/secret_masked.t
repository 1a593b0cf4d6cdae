A secret is masked in what a run says, too.
-- conf
error_log events.log notice;
pipeline p {
    source stdin in { format json { a int; b string; } }
    filter f { from in; where cast('${file:secret.txt}' as int) = a; }
    sink stdout out { from f; }
}
-- file secret.txt
hunter2-hunter2
-- args
run --summary json weir.conf
-- stdin
{"a":1,"b":"x"}
-- stderr
weir: pipeline "p" failed: filter "f": "***" is not an int, in source stdin "in" "stdin" at offset 0: {"a":1,"b":"x"} (on_error drop or dead_letter NAME would let the pipeline go on)
{"pipeline":"p","reason":"failed","error":"filter \"f\": \"***\" is not an int, in source stdin \"in\" \"stdin\" at offset 0: {\"a\":1,\"b\":\"x\"} (on_error drop or dead_letter NAME would let the pipeline go on)","exit":1,{{.*}}
-- output events.log
{{.*}}[crit] {{[0-9]+}}#0: pipeline "p": filter "f": "***" is not an int, in source stdin "in" "stdin" at offset 0: {"a":1,"b":"x"} (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
