A field set and removed.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set c = 1; remove c; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:26: error: "c" is set and removed
    map m { from in; set c = 1; remove c; }
                         ^
weir.conf:3:40: error: unknown field "c"
    map m { from in; set c = 1; remove c; }
                                       ^
weir: configuration file weir.conf test failed
-- exit 1
