Nor negated.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where -b = 2; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: "-" does not take string
    filter f { from in; where -b = 2; }
                              ^
weir: configuration file weir.conf test failed
-- exit 1
