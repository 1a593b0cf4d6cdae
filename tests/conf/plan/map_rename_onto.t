A new name that is taken.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; rename a b; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:31: error: there is a field "b" already
    map m { from in; rename a b; }
                              ^
weir: configuration file weir.conf test failed
-- exit 1
