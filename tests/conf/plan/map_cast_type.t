-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; cast a bogus; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:29: error: unexpected "bogus", expected a type: bool, int, float, timestamp, string, bytes or json
    map m { from in; cast a bogus; }
                            ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
