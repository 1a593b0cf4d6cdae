State lives in memory.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    state leveldb;
}
-- stderr
weir.conf:4:11: error: "state" is "leveldb"; choose one of: memory
    state leveldb;
          ^~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
