A word too many.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark bounded 5s idel 3s; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:67: error: unexpected "idel" in "watermark"
    source stdin in { format json { a int; } watermark bounded 5s idel 3s; }
                                                                  ^~~~
weir: configuration file weir.conf test failed
-- exit 1
