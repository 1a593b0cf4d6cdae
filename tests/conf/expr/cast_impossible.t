A cast that cannot be.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where cast(a > 1 as timestamp) = t; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: there is no cast from bool to timestamp
    filter f { from in; where cast(a > 1 as timestamp) = t; }
                              ^~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
