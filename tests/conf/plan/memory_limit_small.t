-- conf
state_path state;
pipeline p {
    memory_limit 24m;
    source stdin in { format json { user string; } }
    sink stdout out { from in; }
}
-- stderr
weir.conf:3:5: error: "memory_limit" leaves nothing for tables: buffers take 0 MiB, a checkpoint and the database 13, the program 16; write at least 41m, or give "buffer" or "max_dirty" less
    memory_limit 24m;
    ^~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
