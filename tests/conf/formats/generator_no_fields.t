A generator makes fields.
-- conf
pipeline p {
    source generator in { count 5; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:5: error: source generator "in" needs "field"
    source generator in { count 5; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
