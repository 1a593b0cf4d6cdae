-- conf
pipeline p {
    source stdin in { format json { a int; b string; f float; j json; t timestamp ms; y bytes; } }
    map m { from in; nest o a; nest p b a; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:41: error: "a" is moved twice
    map m { from in; nest o a; nest p b a; }
                                        ^
weir: configuration file weir.conf test failed
-- exit 1
