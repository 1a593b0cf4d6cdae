A field twice.
-- conf
pipeline p {
    source stdin in { format json { a int; a string; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:44: error: duplicate field "a"
    source stdin in { format json { a int; a string; } }
                                           ^
weir.conf:2:37: note: "a" first declared here
weir: configuration file weir.conf test failed
-- exit 1
