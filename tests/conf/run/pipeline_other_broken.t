A mistake in another pipeline does not matter.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
pipeline q { zebra; }
-- args
run --pipeline p weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stdout
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
-- exit 0
