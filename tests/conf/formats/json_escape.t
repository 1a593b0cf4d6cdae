An escape that JSON does not have, in what is passed on as it is.
-- conf
pipeline p {
    source stdin in { format json { o json; } }
    sink stdout out { from in; }
}
-- stdin
{"o":["a\x"]}
-- args
run weir.conf
-- stderr
weir: pipeline "p" failed: source stdin "in": the string at byte 6 has a wrong escape, in source stdin "in" "stdin" at offset 0: {"o":["a\x"]} (on_error drop or dead_letter NAME would let the pipeline go on)
-- exit 1
