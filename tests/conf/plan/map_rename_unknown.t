rename names columns.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; rename z y; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:29: error: unknown field "z"
    map m { from in; rename z y; }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
