A key without equality.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    source stdin in2 { format json { j json; } }
    window w { from in2; key j; tumbling 10s; aggregate n = count(); }
    sink null o2 { from in; }
    sink null out { from w; }
}
-- stderr
weir.conf:4:30: error: key "j" is json, which has no equality; cast it to string
    window w { from in2; key j; tumbling 10s; aggregate n = count(); }
                             ^
weir: configuration file weir.conf test failed
-- exit 1
