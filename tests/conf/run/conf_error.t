A wrong conf.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from inn; }
}
-- args
run weir.conf
-- stdin
{"a":1,"b":"x"}
{"a":2,"b":"y"}
-- stdout
-- stderr
weir.conf:3:28: error: unknown operator or output "inn"; did you mean "in"?
    sink stdout out { from inn; }
                           ^~~
-- exit 2
