A path goes into json only.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f { from in; where a.b = 1; }
    sink null out { from f; }
}
-- stderr
weir.conf:3:31: error: column "a" is int; only json has members
    filter f { from in; where a.b = 1; }
                              ^~~
weir: configuration file weir.conf test failed
-- exit 1
