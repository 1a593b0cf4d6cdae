The word of another kind of operator.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    source filter f { from in; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: "filter" is a transform; write "filter NAME { ... }"
    source filter f { from in; }
           ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
