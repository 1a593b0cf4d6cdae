Rolled files are new files.
-- conf
pipeline p {
    source stdin in { format json { k string; } }
    sink file out { from in; path logs.ndjson; append; roll_size 1m; }
}
-- stderr
weir.conf:3:35: error: "append" is of one file; with "roll_size", "roll_time" or a path that has times nothing that is there is written to
    sink file out { from in; path logs.ndjson; append; roll_size 1m; }
                                  ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
