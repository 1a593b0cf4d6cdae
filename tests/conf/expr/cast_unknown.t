A type that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where cast(a as integr) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:41: error: unexpected "integr", expected a type: bool, int, float, timestamp, string, bytes or json
    filter f { from in; where cast(a as integr) = 1; }
                                        ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
