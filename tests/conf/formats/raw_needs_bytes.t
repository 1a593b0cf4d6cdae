raw needs a column that can hold a record.
-- conf
pipeline p {
    source stdin in { format raw { n int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:36: error: format raw is one value a record, and there is no column of type bytes or string
    source stdin in { format raw { n int; } }
                                   ^
weir: configuration file weir.conf test failed
-- exit 1
