An operator that nobody reads.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a > 1; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:12: error: nobody reads "f"
    filter f { from in; where a > 1; }
           ^
note: to throw its rows away, add: sink null NAME { from f; }
weir: configuration file weir.conf test failed
-- exit 1
