A duration that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 10; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:34: error: "10" is no duration; write 500ms, 5s, 10m, 1h or 7d
    window w { from in; tumbling 10; aggregate n = count(); }
                                 ^~
weir: configuration file weir.conf test failed
-- exit 1
