A bounded watermark is bounded by something.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark bounded; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:46: error: invalid number of arguments in "watermark" directive; write "watermark bounded DURATION"
    source stdin in { format json { a int; } watermark bounded; }
                                             ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
