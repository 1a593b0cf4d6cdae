Double quotes are for names of columns.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where b = "x"; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:35: error: unknown field "x"; a string is written 'x'
    filter f { from in; where b = "x"; }
                                  ^~~
weir: configuration file weir.conf test failed
-- exit 1
