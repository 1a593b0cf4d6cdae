The event time is a timestamp.
-- conf
pipeline p {
    source stdin in { format json { a int; } event_time a; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:57: error: this must be timestamp, but it is int; give it that type where it comes from, or cast it
    source stdin in { format json { a int; } event_time a; }
                                                        ^
weir: configuration file weir.conf test failed
-- exit 1
