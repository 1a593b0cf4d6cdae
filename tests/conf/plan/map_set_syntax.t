set needs a name and a value.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set a + 1; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:26: error: "set" wants NAME = EXPRESSION
    map m { from in; set a + 1; }
                         ^
weir: configuration file weir.conf test failed
-- exit 1
