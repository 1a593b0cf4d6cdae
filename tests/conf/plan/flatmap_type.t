The field is no string.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split a ','; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:32: error: field "a" is int; it must be string
    flatmap m { from in; split a ','; }
                               ^
weir: configuration file weir.conf test failed
-- exit 1
