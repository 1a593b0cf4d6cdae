There are two ways to match.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r { from in; case a v > 1; match any; }
    sink null out { from a; }
}
-- stderr
weir.conf:3:44: error: "match" is "any"; choose one of: first, all
    route r { from in; case a v > 1; match any; }
                                           ^~~
weir: configuration file weir.conf test failed
-- exit 1
