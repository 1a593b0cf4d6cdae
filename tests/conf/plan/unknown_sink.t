A sink that nobody knows.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink nul out { from in; }
}
-- stderr
weir.conf:3:10: error: unknown sink "nul"; did you mean "null"?
    sink nul out { from in; }
         ^~~
weir: configuration file weir.conf test failed
-- exit 1
