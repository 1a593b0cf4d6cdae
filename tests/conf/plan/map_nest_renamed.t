-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; nest o a; rename a c; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:29: error: "a" is moved and renamed
    map m { from in; nest o a; rename a c; }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
