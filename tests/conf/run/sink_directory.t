A file that cannot be written.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink file out { from in; path no/such/directory; }
}
-- args
run weir.conf
-- stdin
{"a":1}
-- stdout
-- stderr
weir.conf:3:35: error: sink file "out": open() "no/such/directory" failed (2: No such file or directory); see that its directory is there and may be written
    sink file out { from in; path no/such/directory; }
                                  ^~~~~~~~~~~~~~~~~
-- exit 1
