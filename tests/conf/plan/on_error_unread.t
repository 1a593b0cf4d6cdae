Dead letters that nobody reads.
-- conf
pipeline p {
    source stdin in { format json { a int; } on_error dead_letter bad; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:67: error: nobody reads "bad"
    source stdin in { format json { a int; } on_error dead_letter bad; }
                                                                  ^~~
note: to throw its rows away, add: sink null NAME { from bad; }
weir: configuration file weir.conf test failed
-- exit 1
