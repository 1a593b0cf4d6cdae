A file that is not there.
-- conf
pipeline p {
    source file in { path nothing.ndjson; format json { a int; } }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdout
-- stderr
weir.conf:2:27: error: source file "in": open() "nothing.ndjson" failed (2: No such file or directory); see that "path" of the source names a file that is there
    source file in { path nothing.ndjson; format json { a int; } }
                          ^~~~~~~~~~~~~~
-- exit 1
