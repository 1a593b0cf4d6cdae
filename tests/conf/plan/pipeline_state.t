State lives in memory.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    state leveldb;
}
-- stderr
weir.conf:4:5: error: state leveldb needs a place; write "state_path DIR;" at the top level
    state leveldb;
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
