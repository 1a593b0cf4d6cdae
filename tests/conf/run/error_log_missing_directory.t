An error log that cannot be opened.
-- conf
error_log no/such/log info;
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
-- stderr
weir.conf:1:11: error: open() "no/such/log" failed (2: No such file or directory)
error_log no/such/log info;
          ^~~~~~~~~~~
-- exit 2
