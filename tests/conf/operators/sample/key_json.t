A key that has no equality.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    sample x { from in; rate 0.5; key j; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:39: error: key "j" is json, which has no equality; cast it to string
    sample x { from in; rate 0.5; key j; }
                                      ^
weir: configuration file weir.conf test failed
-- exit 1
