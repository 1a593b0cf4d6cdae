A field renamed and removed.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; rename a x; remove a; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:29: error: "a" is renamed and removed
    map m { from in; rename a x; remove a; }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
