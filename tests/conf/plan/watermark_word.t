A watermark that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; } watermark bound 5s; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:56: error: "watermark" is "bound"; choose one of: monotonic, bounded, none
    source stdin in { format json { a int; } watermark bound 5s; }
                                                       ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
