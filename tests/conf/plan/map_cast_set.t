-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; cast a float; set a = 1; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:27: error: "a" is set twice
    map m { from in; cast a float; set a = 1; }
                          ^
weir: configuration file weir.conf test failed
-- exit 1
