-- conf
pipeline p {
    source stdin in { format json { a int; b string; j json; t timestamp ms; } }
    flatmap m { from in; explode j as; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:36: error: after the field "explode" takes "as NAME" or "as NAME TYPE"
    flatmap m { from in; explode j as; }
                                   ^~
weir: configuration file weir.conf test failed
-- exit 1
