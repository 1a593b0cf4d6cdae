The directive of another system.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    window w { from in; tumblng 10s; aggregate n = count(); }
    sink null out { from w; }
}
-- stderr
weir.conf:3:25: error: unknown directive "tumblng" in window "w"; did you mean "tumbling"?
    window w { from in; tumblng 10s; aggregate n = count(); }
                        ^~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
