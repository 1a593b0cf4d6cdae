line writes one column.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; keep a; }
    sink stdout out { from m; format line; }
}
-- stderr
weir.conf:2:37: error: format line is one value a record, and there is no column of type string
    source stdin in { format json { a int; b string; t timestamp ms; } }
                                    ^
weir: configuration file weir.conf test failed
-- exit 1
