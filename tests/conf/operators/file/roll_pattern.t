A name that rolls knows dates and times, and no other patterns.
-- conf
pipeline p {
    source stdin in { format json { k string; } }
    sink file out { from in; path logs-%j.ndjson; roll_size 1m; }
}
-- stderr
weir.conf:3:35: error: "path" may have %Y %m %d %H %M %S, and %% for a percent sign
    sink file out { from in; path logs-%j.ndjson; roll_size 1m; }
                                  ^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
