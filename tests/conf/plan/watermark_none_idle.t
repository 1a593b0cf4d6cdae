Without a watermark nobody is idle.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark none idle 5s; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:61: error: unexpected "idle" in "watermark"
    source stdin in { format json { a int; } watermark none idle 5s; }
                                                            ^~~~
weir: configuration file weir.conf test failed
-- exit 1
