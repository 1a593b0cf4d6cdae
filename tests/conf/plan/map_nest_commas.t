-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; nest o a,, b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:31: error: "nest" wants a NAME and FIELDs
    map m { from in; nest o a,, b; }
                              ^
weir: configuration file weir.conf test failed
-- exit 1
