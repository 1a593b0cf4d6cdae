Which operator decides what a failure shows, and why.
-- conf
state_path state;
pipeline again {
    source values in { format json { a int; } row '{"a":1}'; }
    sink stdout out { from in; }
}
pipeline once {
    source values in { format json { a int; } row '{"a":1}'; }
    sink file out { from in; path once.ndjson; }
}
pipeline lost {
    source stdin in { format json { a int; } }
    sink file out { from in; path lost.ndjson; }
}
-- stdout contains
      at-least-once: sink stdout "out" cannot take rows back, so those since the last checkpoint come again after a failure
      exactly-once: every source can be read again, every sink shows rows only with the checkpoint that holds them
      at-most-once: source stdin "in" cannot be read again, so what it had given since the last checkpoint is lost
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
