An operator without a block.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f;
    sink null out { from in; }
}
-- stderr
weir.conf:3:5: error: directive "filter" has no opening "{"
    filter f;
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
