-- conf
pipeline p {
    source stdin in { format json { a int; b string; j json; t timestamp ms; } }
    flatmap m { from in; explode b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:34: error: field "b" is string; it must be json
    flatmap m { from in; explode b; }
                                 ^
weir: configuration file weir.conf test failed
-- exit 1
