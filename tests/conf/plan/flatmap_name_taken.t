The name of the part is taken.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split b ',' as a; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:41: error: there is a field of this name already
    flatmap m { from in; split b ',' as a; }
                                        ^
weir: configuration file weir.conf test failed
-- exit 1
