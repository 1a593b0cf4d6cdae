Two aggregates of one name.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 10s; aggregate n = count(), n = sum(a); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:62: error: duplicate name "n"; write NAME = sum(a)
    window w { from in; tumbling 10s; aggregate n = count(), n = sum(a); }
                                                             ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
