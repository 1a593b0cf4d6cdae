is not null takes no comparison chain.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where 1 < a < 3; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:37: error: comparisons do not chain; join them with "and"
    filter f { from in; where 1 < a < 3; }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
