What comes in goes out.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stdout
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
-- exit 0
