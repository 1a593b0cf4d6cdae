A field set twice.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set c = 1, c = 2; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:33: error: "c" is set twice
    map m { from in; set c = 1, c = 2; }
                                ^
weir: configuration file weir.conf test failed
-- exit 1
