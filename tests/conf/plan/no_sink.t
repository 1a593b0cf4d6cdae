A pipeline without a sink.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
}
-- stderr
weir.conf:1:1: error: pipeline "p" has no sink
pipeline p {
^~~~~~~~
weir.conf:2:18: error: nobody reads "in"
    source stdin in { format json { a int; b string; t timestamp ms; } }
                 ^~
note: to throw its rows away, add: sink null NAME { from in; }
weir: configuration file weir.conf test failed
-- exit 1
