What stands after a type.
-- conf
pipeline p {
    source stdin in { format json { a int ms; t timestamp weeks; b string $.; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:43: error: "ms" is not understood by json; a path such as $.a.b[0] may stand here
    source stdin in { format json { a int ms; t timestamp weeks; b string $.; } }
                                          ^~
weir.conf:2:59: error: "weeks" is not understood by json; a unit (s, ms, us or ns) and a path such as $.a.b[0] may stand here
    source stdin in { format json { a int ms; t timestamp weeks; b string $.; } }
                                                          ^~~~~
weir.conf:2:75: error: "$." is no path; write it as $.a.b[0] or $['a b']
    source stdin in { format json { a int ms; t timestamp weeks; b string $.; } }
                                                                          ^~
weir: configuration file weir.conf test failed
-- exit 1
