-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; flatten b x int; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:30: error: "b" is no json, which "flatten" wants
    map m { from in; flatten b x int; }
                             ^
weir: configuration file weir.conf test failed
-- exit 1
