Bad records can be dropped.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } on_error drop; }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":oops}
{"a":2,"b":"y"}
-- stdout
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
-- exit 0
