The key is required.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    key_by x { from in;  }
    sink null out { from x; }
}
-- stderr
weir.conf:3:5: error: key_by "x" needs "key"
    key_by x { from in;  }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
