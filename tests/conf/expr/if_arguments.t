if with too few arguments.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where if(a > 1); }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: if(c, a, b) takes 2 or 3 arguments, not 1
    filter f { from in; where if(a > 1); }
                              ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
