-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; default a 1 +; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:35: error: the expression ends here, but a value is missing
    map m { from in; default a 1 +; }
                                  ^
weir: configuration file weir.conf test failed
-- exit 1
