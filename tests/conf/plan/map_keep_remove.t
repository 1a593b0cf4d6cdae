keep and remove.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; keep a; remove b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:37: error: "keep" and "remove" exclude each other
    map m { from in; keep a; remove b; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
