A path that is empty.
-- conf
pipeline p {
    source file in { path ""; format json { a int; } }
    sink file out { from in; path ""; }
}
-- stderr
weir.conf:2:27: error: "path" is empty; name a file or a pattern
    source file in { path ""; format json { a int; } }
                          ^~
weir: configuration file weir.conf test failed
-- exit 1
