A case that goes on into the next line.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r {
        from in;
        case a v > 1
        case b v < 1;
    }
    sink null out { from a; }
}
-- stderr
weir.conf:6:9: error: unexpected "case", expected an operator or the end
        case b v < 1;
        ^~~~
weir: configuration file weir.conf test failed
-- exit 1
