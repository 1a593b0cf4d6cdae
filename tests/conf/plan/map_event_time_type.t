-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; set_event_time a; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:37: error: this must be timestamp, but it is int; give it that type where it comes from, or cast it
    map m { from in; set_event_time a; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
