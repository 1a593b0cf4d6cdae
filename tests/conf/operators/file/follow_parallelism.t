Followed files are read by one subtask.
-- conf
pipeline p {
    source file in { path in.ndjson; follow on; parallelism 2; format json { k string; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:49: error: "parallelism" is 2; source file "in" can have 1 subtask
    source file in { path in.ndjson; follow on; parallelism 2; format json { k string; } }
                                                ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
