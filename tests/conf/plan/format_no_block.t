A format takes its fields in a block.
-- conf
pipeline p {
    source stdin in { format json; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:18: error: source stdin "in" has no columns; declare fields in the block of its "format"
    source stdin in { format json; }
                 ^~
weir: configuration file weir.conf test failed
-- exit 1
