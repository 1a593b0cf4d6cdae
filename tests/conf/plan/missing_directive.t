A required directive.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: filter "f" needs "where"
    filter f { from in; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
