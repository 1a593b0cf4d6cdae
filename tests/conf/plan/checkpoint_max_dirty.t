-- conf
pipeline p {
    checkpoint { max_dirty 10; }
    source stdin in { format json { user string; } }
    sink stdout out { from in; }
}
-- stderr
weir.conf:2:28: error: "max_dirty" is 10; allowed 1k to 1024g
    checkpoint { max_dirty 10; }
                           ^~
weir: configuration file weir.conf test failed
-- exit 1
