An operator that reads nothing.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: filter "f" needs "from"
    filter f { where a > 1; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
