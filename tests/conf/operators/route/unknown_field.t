All wrong conditions are reported, where they stand.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; case b w > 1; case c q; }
    sink null out { from a b c; }
}
-- stderr
weir.conf:3:45: error: unknown field "w"
    route r { from in; case a v > 1; case b w > 1; case c q; }
                                            ^
weir.conf:3:59: error: unknown field "q"
    route r { from in; case a v > 1; case b w > 1; case c q; }
                                                          ^
weir: configuration file weir.conf test failed
-- exit 1
