An output that nobody reads.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a > 1; else_to rest; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:46: error: nobody reads "rest"
    filter f { from in; where a > 1; else_to rest; }
                                             ^~~~
note: to throw its rows away, add: sink null NAME { from rest; }
weir: configuration file weir.conf test failed
-- exit 1
