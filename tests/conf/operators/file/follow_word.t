To follow is on or off.
-- conf
pipeline p {
    source file in { path in.ndjson; follow yes; format json { k string; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:45: error: "follow" is "yes"; choose one of: on, off
    source file in { path in.ndjson; follow yes; format json { k string; } }
                                            ^~~
weir: configuration file weir.conf test failed
-- exit 1
