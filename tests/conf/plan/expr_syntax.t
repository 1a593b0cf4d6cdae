An expression that breaks off.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a >; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:34: error: the expression ends here, but a value is missing
    filter f { from in; where a >; }
                                 ^
weir: configuration file weir.conf test failed
-- exit 1
