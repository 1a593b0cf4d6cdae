Idle takes a duration.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark bounded 5s idle; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:67: error: invalid number of arguments in "watermark" directive; write "idle DURATION"
    source stdin in { format json { a int; } watermark bounded 5s idle; }
                                                                  ^~~~
weir: configuration file weir.conf test failed
-- exit 1
