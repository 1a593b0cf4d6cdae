between wants and.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a between 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:42: error: the expression ends here, but "and" is missing
    filter f { from in; where a between 1; }
                                         ^
weir: configuration file weir.conf test failed
-- exit 1
