A file of times is begun and done by its times.
-- conf
pipeline p {
    source stdin in { format json { k string; } }
    sink file out { from in; path %Y/logs.ndjson; reopen on; }
}
-- stderr
weir.conf:3:35: error: "reopen" is of one file; with "roll_size", "roll_time" or a path that has times the sink begins new files by itself
    sink file out { from in; path %Y/logs.ndjson; reopen on; }
                                  ^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
