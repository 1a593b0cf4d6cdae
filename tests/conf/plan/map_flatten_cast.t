-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; flatten j x inty; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:34: error: unexpected "inty", expected a type: bool, int, float, timestamp, string, bytes or json
    map m { from in; flatten j x inty; }
                                 ^~~~
weir: configuration file weir.conf test failed
-- exit 1
