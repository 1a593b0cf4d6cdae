A source that nobody knows.
-- conf
pipeline p {
    source stdinn in { }
    sink null out { from in; }
}
-- stderr
weir.conf:2:12: error: unknown source "stdinn"; did you mean "stdin"?
    source stdinn in { }
           ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
