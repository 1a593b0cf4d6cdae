An aggregate that nobody knows.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumbling 10s; aggregate n = cuont(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:53: error: unknown function "cuont"; did you mean "count"?
    window w { from in; tumbling 10s; aggregate n = cuont(); }
                                                    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
