A source that makes rows takes no format.
-- conf
pipeline p {
    source values v { format json { a int; } }
    sink null out { from v; }
}
-- stderr
weir.conf:2:5: error: source values "v" needs "row"
    source values v { format json { a int; } }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
