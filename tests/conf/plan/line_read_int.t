line reads a string.
-- conf
pipeline p {
    source stdin in { format line { a int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:37: error: format line is one value a record, and there is no column of type string
    source stdin in { format line { a int; } }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
