Dead letters of an operator.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    map m { from in; set c = a + 1; on_error dead_letter bad; }
    sink null out { from m; }
}
-- stderr
weir.conf:3:58: error: nobody reads "bad"
    map m { from in; set c = a + 1; on_error dead_letter bad; }
                                                         ^~~
note: to throw its rows away, add: sink null NAME { from bad; }
weir: configuration file weir.conf test failed
-- exit 1
