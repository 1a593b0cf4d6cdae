-- conf
pipeline p {
    source stdin in { format json { a int; b string; j json; t timestamp ms; } }
    flatmap m { from in; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:13: error: flatmap needs "split" or "explode"
    flatmap m { from in; }
            ^
weir: configuration file weir.conf test failed
-- exit 1
