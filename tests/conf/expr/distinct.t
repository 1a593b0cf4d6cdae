distinct belongs elsewhere.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where count(distinct a) > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:37: error: "distinct" has no place here; there is count_distinct(x)
    filter f { from in; where count(distinct a) > 1; }
                                    ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
