A directive of a pipeline that stands twice.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    buffer 4;
    buffer 5;
}
-- stderr
weir.conf:5:5: error: "buffer" directive is duplicate
    buffer 5;
    ^~~~~~
weir.conf:4:5: note: "buffer" first given here
weir: configuration file weir.conf test failed
-- exit 1
