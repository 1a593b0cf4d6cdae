A key that is not there.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; key z; tumbling 10s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:29: error: unknown field "z"
    window w { from in; key z; tumbling 10s; aggregate n = count(); }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
