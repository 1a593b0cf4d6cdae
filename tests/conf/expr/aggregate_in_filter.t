An aggregate outside of a window.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where sum(a) > 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: "sum" is an aggregate; it has no place here
    filter f { from in; where sum(a) > 1; }
                              ^~~
weir: configuration file weir.conf test failed
-- exit 1
