A result called like its key.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    aggregate x { from in; key k; aggregate k = count(); }
    sink null out { from x; }
}
-- stderr
weir.conf:3:45: error: aggregate "x" would have two columns "k"
    aggregate x { from in; key k; aggregate k = count(); }
                                            ^
weir: configuration file weir.conf test failed
-- exit 1
