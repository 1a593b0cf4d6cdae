A separator that is empty.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split b ''; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:34: error: the separator of "split" is empty
    flatmap m { from in; split b ''; }
                                 ^~
weir: configuration file weir.conf test failed
-- exit 1
