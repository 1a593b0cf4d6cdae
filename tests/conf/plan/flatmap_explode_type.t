-- conf
pipeline p {
    source stdin in { format json { a int; b string; j json; t timestamp ms; } }
    flatmap m { from in; explode j as x int; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:41: error: an element is json or string; cast it to another type in a map behind
    flatmap m { from in; explode j as x int; }
                                        ^~~
weir: configuration file weir.conf test failed
-- exit 1
