-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; watermark bounded 5s; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:9: error: "watermark" needs "set_event_time": without it the input's stays
    map m { from in; watermark bounded 5s; }
        ^
weir: configuration file weir.conf test failed
-- exit 1
