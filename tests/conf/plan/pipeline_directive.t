A directive that pipelines have not.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    bufer 4;
}
-- stderr
weir.conf:4:5: error: unknown directive "bufer" in pipeline "p"; did you mean "buffer"?
    bufer 4;
    ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
