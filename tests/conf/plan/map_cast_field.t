-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; cast aa int; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:27: error: unknown field "aa"; did you mean "a"?
    map m { from in; cast aa int; }
                          ^~
weir: configuration file weir.conf test failed
-- exit 1
