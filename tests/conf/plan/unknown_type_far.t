A type that is like none.
-- conf
pipeline p {
    source stdin in { format json { a zebra; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:39: error: unknown type "zebra" of field "a"; choose one of: bool, int, float, timestamp, string, bytes, json
    source stdin in { format json { a zebra; } }
                                      ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
