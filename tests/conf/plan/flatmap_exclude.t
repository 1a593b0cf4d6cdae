-- conf
pipeline p {
    source stdin in { format json { a int; b string; j json; t timestamp ms; } }
    flatmap m { from in; split b ','; explode j; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:47: error: "split" and "explode" exclude each other
    flatmap m { from in; split b ','; explode j; }
                                              ^
weir: configuration file weir.conf test failed
-- exit 1
