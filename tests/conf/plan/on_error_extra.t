drop takes no name.
-- conf
pipeline p {
    source stdin in { format json { a int; } on_error drop bad; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:46: error: invalid number of arguments in "on_error" directive; write "on_error drop"
    source stdin in { format json { a int; } on_error drop bad; }
                                             ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
