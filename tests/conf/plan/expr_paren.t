A parenthesis that is not closed.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where (a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:37: error: the expression ends here, but ")" is missing
    filter f { from in; where (a > 1; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
