An expression that is wrong.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set c = a + b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:32: error: "+" does not take int and string
    map m { from in; set c = a + b; }
                               ^
weir: configuration file weir.conf test failed
-- exit 1
