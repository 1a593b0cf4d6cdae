A field's name.
-- conf
pipeline p {
    source stdin in { format json { a-b int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:37: error: "a-b" is not a name of a field; write letters, digits and "_", not a digit first
    source stdin in { format json { a-b int; } }
                                    ^~~
weir: configuration file weir.conf test failed
-- exit 1
