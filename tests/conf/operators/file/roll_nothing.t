A file of no bytes would never be one.
-- conf
pipeline p {
    source stdin in { format json { k string; } }
    sink file out { from in; path logs.ndjson; roll_size 0; }
}
-- stderr
weir.conf:3:58: error: "roll_size" is 0; allowed 1 or more
    sink file out { from in; path logs.ndjson; roll_size 0; }
                                                         ^
weir: configuration file weir.conf test failed
-- exit 1
