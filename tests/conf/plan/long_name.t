A name that is too long.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff { from in; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: name "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" is longer than 64 characters
    filter fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff { from in; where a > 1; }
           ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
