A word of the language that is misspelt.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where colesce(a, 1) = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: unknown function "colesce"; did you mean "coalesce"?
    filter f { from in; where colesce(a, 1) = 1; }
                              ^~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
