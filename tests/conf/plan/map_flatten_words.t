-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; flatten j x int, z; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:39: error: "flatten" wants NAME TYPE, NAME TYPE, ...
    map m { from in; flatten j x int, z; }
                                      ^
weir: configuration file weir.conf test failed
-- exit 1
