A union of columns of different types.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set a = b; }
    sink null out { from in m; }
}
-- stderr
weir.conf:4:29: error: union in sink null "out": field "a" is int in "in" and string in "m"
    sink null out { from in m; }
                            ^
weir.conf:2:18: note: "in" is defined here
weir.conf:3:9: note: "m" is defined here
weir: configuration file weir.conf test failed
-- exit 1
