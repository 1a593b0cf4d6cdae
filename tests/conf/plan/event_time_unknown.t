The event time is of a field.
-- conf
pipeline p {
    source stdin in { format json { a int; } event_time ts; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:57: error: unknown field "ts"
    source stdin in { format json { a int; } event_time ts; }
                                                        ^~
weir: configuration file weir.conf test failed
-- exit 1
