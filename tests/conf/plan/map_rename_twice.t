A field renamed twice.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; rename a x; rename a y; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:41: error: "a" is renamed twice
    map m { from in; rename a x; rename a y; }
                                        ^
weir: configuration file weir.conf test failed
-- exit 1
