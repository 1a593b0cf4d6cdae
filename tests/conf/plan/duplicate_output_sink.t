A sink with the name of the output that it reads.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    filter f { from in; where a > 0; else_to low; }
    sink null out { from f; }
    sink file low { from low; path low.ndjson; }
}
-- args
-t weir.conf
-- stderr
weir.conf:5:15: error: duplicate operator name "low": it names an output of filter "f"; operators and outputs share one set of names
    sink file low { from low; path low.ndjson; }
              ^~~
weir.conf:3:46: note: "low" first defined here
weir: configuration file weir.conf test failed
-- stdout
-- exit 1
