-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; cast y int; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:17: error: there is no cast from bytes to int
    map m { from in; cast y int; }
                ^~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
