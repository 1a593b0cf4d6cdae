A detour hides that it is the same file; it is found when it is opened, and nothing is lost.
-- conf
pipeline p {
    source file in { path in.ndjson; format json { a int; } }
    sink file out { from in; path {{DIR}}/in.ndjson; }
}
-- file in.ndjson
{"a":1}
-- args
run weir.conf
-- stderr
weir.conf:2:22: error: source file "in": "in.ndjson" is the file that a sink of this pipeline writes; write to another one
    source file in { path in.ndjson; format json { a int; } }
                     ^~~~
-- output in.ndjson
{"a":1}
-- exit 1
