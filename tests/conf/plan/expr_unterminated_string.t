A string that is not closed.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where b = 'x; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:12: error: an expression is missing
    filter f { from in; where b = 'x; }
           ^
weir.conf:3:35: error: missing terminating "'" character
    filter f { from in; where b = 'x; }
                                  ^
weir: configuration file weir.conf test failed
-- exit 1
