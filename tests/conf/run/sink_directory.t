A file that cannot be written.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink file out { from in; path weir.conf/out.ndjson; }
}
-- args
run weir.conf
-- stdin
{"a":1}
-- stdout
-- stderr
weir.conf:3:35: error: sink file "out": open() "weir.conf/out.ndjson" failed (20: Not a directory); see that its directory may be written, or made
    sink file out { from in; path weir.conf/out.ndjson; }
                                  ^~~~~~~~~~~~~~~~~~~~
-- exit 1
