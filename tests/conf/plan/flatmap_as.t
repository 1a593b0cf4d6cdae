The fourth word.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split b ',' to c; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:38: error: after the separator "split" takes "as NAME"
    flatmap m { from in; split b ',' to c; }
                                     ^~
weir: configuration file weir.conf test failed
-- exit 1
