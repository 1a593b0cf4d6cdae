The branches of a case have one type.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where case when a = 1 then 1 else 'x' end = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:59: error: "case" gives int before, but this is string
    filter f { from in; where case when a = 1 then 1 else 'x' end = 1; }
                                                          ^~~
weir: configuration file weir.conf test failed
-- exit 1
