A word of no plugin.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    zebra f { from in; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: unknown operator "zebra"
    zebra f { from in; }
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
