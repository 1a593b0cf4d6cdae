not is for conditions.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where not a; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:35: error: "not" takes bool, but this is int
    filter f { from in; where not a; }
                                  ^
weir: configuration file weir.conf test failed
-- exit 1
