Directories are there before the pipeline is: their names have no patterns.
-- conf
pipeline p {
    source stdin in { format json { k string; } }
    sink file out { from in; path %Y/logs.ndjson; roll_time 1h; }
}
-- stderr
weir.conf:3:35: error: the file of "path" may have %Y %m %d %H %M %S, its directories none
    sink file out { from in; path %Y/logs.ndjson; roll_time 1h; }
                                  ^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
