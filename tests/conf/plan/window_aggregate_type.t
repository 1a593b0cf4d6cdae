An aggregate over the wrong type.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 10s; aggregate n = sum(b); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:53: error: sum(x): takes int or float, not string
    window w { from in; tumbling 10s; aggregate n = sum(b); }
                                                    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
