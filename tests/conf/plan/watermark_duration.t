A duration that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark bounded 5x; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:64: error: "5x" is no duration; write 500ms, 5s, 10m, 1h or 7d
    source stdin in { format json { a int; } watermark bounded 5x; }
                                                               ^~
weir: configuration file weir.conf test failed
-- exit 1
