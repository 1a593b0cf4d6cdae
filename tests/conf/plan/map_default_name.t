-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; default b nope; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:32: error: unknown field "nope"
    map m { from in; default b nope; }
                               ^~~~
weir: configuration file weir.conf test failed
-- exit 1
