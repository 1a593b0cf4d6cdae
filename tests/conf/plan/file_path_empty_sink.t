A path that is empty, of a sink.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink file out { from in; path ""; }
}
-- stderr
weir.conf:3:35: error: "path" is empty; name the file to write
    sink file out { from in; path ""; }
                                  ^~
weir: configuration file weir.conf test failed
-- exit 1
