A sink without the word sink.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    null n { from in; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:5: error: "null" is a sink; write "sink null NAME { ... }"
    null n { from in; }
    ^~~~
weir: configuration file weir.conf test failed
-- exit 1
