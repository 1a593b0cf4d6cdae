A field with a block.
-- conf
pipeline p {
    source stdin in { format json { a int { } } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:37: error: field "a" is not terminated by ";"
    source stdin in { format json { a int { } } }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
