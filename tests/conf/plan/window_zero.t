A window of no length.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 0s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:34: error: "tumbling" is 0s; allowed 1ms to 36525d
    window w { from in; tumbling 0s; aggregate n = count(); }
                                 ^~
weir: configuration file weir.conf test failed
-- exit 1
