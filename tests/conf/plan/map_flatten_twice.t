-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; flatten j x int, x string; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:39: error: "x" is set twice
    map m { from in; flatten j x int, x string; }
                                      ^
weir: configuration file weir.conf test failed
-- exit 1
