Idle after no time at all.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark monotonic idle 0s; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:71: error: "idle" of "watermark" is 0s; it must be longer
    source stdin in { format json { a int; } watermark monotonic idle 0s; }
                                                                      ^~
weir: configuration file weir.conf test failed
-- exit 1
