A window that computes nothing.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 1s; }
    sink null out { from w; }
}
-- stderr
weir.conf:3:5: error: window "w" needs "aggregate"
    window w { from in; tumbling 1s; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
