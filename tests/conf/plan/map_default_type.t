-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; default f 'x'; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:32: error: "coalesce" gives float before, but this is string
    map m { from in; default f 'x'; }
                               ^~~
weir: configuration file weir.conf test failed
-- exit 1
