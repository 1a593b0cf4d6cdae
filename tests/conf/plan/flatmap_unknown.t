The field is not there.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    flatmap m { from in; split z ','; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:32: error: unknown field "z"
    flatmap m { from in; split z ','; }
                               ^
weir: configuration file weir.conf test failed
-- exit 1
