A word of no plugin, near to one.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    fliter f { from in; where a > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:5: error: unknown operator "fliter"; did you mean "filter"?
    fliter f { from in; where a > 1; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
