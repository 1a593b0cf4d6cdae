-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; nest o y; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:27: error: json_object(name, x, ...): argument 2 is bytes, which JSON has not; write cast(x as string)
    map m { from in; nest o y; }
                          ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
