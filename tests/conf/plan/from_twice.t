The same input twice.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in in; }
}
-- stderr
weir.conf:3:29: error: "in" stands twice in one input of sink null "out"
    sink null out { from in in; }
                            ^~
weir: configuration file weir.conf test failed
-- exit 1
