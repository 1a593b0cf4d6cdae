Two formats.
-- conf
pipeline p {
    source stdin in { format json { a int; } format json { b int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:46: error: "format" directive is duplicate
    source stdin in { format json { a int; } format json { b int; } }
                                             ^~~~~~
weir.conf:2:23: note: "format" first stands here
weir: configuration file weir.conf test failed
-- exit 1
