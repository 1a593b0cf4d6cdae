What becomes of bad records.
-- conf
pipeline p {
    source stdin in { format json { a int; } on_error ignore; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:55: error: "on_error" is "ignore"; choose one of: fail, drop, dead_letter
    source stdin in { format json { a int; } on_error ignore; }
                                                      ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
