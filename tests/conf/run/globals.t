-g on the command line.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run -g 'worker_threads 2;' weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stdout
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stderr
-- exit 0
