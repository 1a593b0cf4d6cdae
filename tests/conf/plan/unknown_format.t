A format that nobody knows.
-- conf
pipeline p {
    source stdin in { format jason { a int; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:30: error: unknown format "jason"; did you mean "json"?
    source stdin in { format jason { a int; } }
                             ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
