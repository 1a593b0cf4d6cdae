A field renamed, but not kept.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; rename a x; keep b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:29: error: "a" is renamed, but not in "keep"
    map m { from in; rename a x; keep b; }
                            ^
weir: configuration file weir.conf test failed
-- exit 1
