A source of records needs a format.
-- conf
pipeline p {
    source stdin in { }
    sink null out { from in; }
}
-- stderr
weir.conf:2:18: error: source stdin "in" has no "format"; write "format NAME { FIELD TYPE; ... }"
    source stdin in { }
                 ^~
weir: configuration file weir.conf test failed
-- exit 1
