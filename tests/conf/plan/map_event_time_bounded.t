-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; set_event_time t; watermark bounded; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:37: error: "watermark bounded" wants a DURATION
    map m { from in; set_event_time t; watermark bounded; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
