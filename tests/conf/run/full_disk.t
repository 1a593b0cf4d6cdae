A full disk fails the pipeline, and is named.
-- conf
pipeline p {
    source stdin in { format json { n int; } }
    sink file out { from in; path /dev/full; }
}
-- args
run -q weir.conf
-- stdin
{"n":1}
-- stderr
weir: pipeline "p" failed: sink file "out": write() "/dev/full" failed (28: No space left on device); make room on its file system, then start again
-- exit 1
