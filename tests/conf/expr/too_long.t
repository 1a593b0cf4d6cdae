Numbers, paths and expressions have an end.
-- conf
pipeline p {
    source stdin in { format json { a int; b int; s string; j json; } }
    filter f0 { from in; where a > 1.0000000000000000000000000000000000000000000000000000000000000000000000; }
    filter f1 { from in; where j.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x is null; }
    sink null out { from f0 f1; }
}
-- stdout
-- stderr
weir.conf:3:36: error: a number of more than 63 letters
    filter f0 { from in; where a > 1.0000000000000000000000000000000000000000000000000000000000000000000000; }
                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir.conf:4:161: error: a path of more than 64 steps
....x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x is null; }
                                                               ^
weir: configuration file weir.conf test failed
-- exit 1
