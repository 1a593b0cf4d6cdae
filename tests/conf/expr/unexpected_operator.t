An operator that is none here.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a == 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:33: error: unknown operator "=="; write "="
    filter f { from in; where a == 1; }
                                ^~
weir: configuration file weir.conf test failed
-- exit 1
