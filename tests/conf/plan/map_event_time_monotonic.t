-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; set_event_time t; watermark monotonic 5s; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:37: error: "monotonic" takes no duration
    map m { from in; set_event_time t; watermark monotonic 5s; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
