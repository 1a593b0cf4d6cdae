A table is not read back.
-- conf
pipeline p {
    source stdin in { format table { a int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:30: error: format "table" cannot read, only write
    source stdin in { format table { a int; } }
                             ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
