A directory cannot be written.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink file out { from in; path there; }
}
-- file there/a
-- args
run weir.conf
-- stdin
{"a":1}
-- stderr
weir.conf:3:35: error: sink file "out": open() "there" failed (21: Is a directory); name a file in that directory
    sink file out { from in; path there; }
                                  ^~~~~
-- exit 1
