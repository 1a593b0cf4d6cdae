Two values side by side.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a b; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:33: error: unexpected "b", expected an operator or the end
    filter f { from in; where a b; }
                                ^
weir: configuration file weir.conf test failed
-- exit 1
