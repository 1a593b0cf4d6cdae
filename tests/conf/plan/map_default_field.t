-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; default bb 'x'; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:30: error: unknown field "bb"; did you mean "b"?
    map m { from in; default bb 'x'; }
                             ^~
weir: configuration file weir.conf test failed
-- exit 1
