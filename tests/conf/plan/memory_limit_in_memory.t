-- conf
pipeline p {
    memory_limit 100m;
    source stdin in { format json { user string; } }
    sink stdout out { from in; }
}
-- stderr
weir.conf:2:5: error: "memory_limit" leaves state on disk, and state lives in memory; write "state_path DIR;" at the top level
    memory_limit 100m;
    ^~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
