A key that has no equality.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    dedupe x { from in; key j; }
    sink null out { from x; }
}
-- stderr
weir.conf:3:29: error: key "j" is json, which has no equality; cast it to string
    dedupe x { from in; key j; }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
