Dead letters have a name.
-- conf
pipeline p {
    source stdin in { format json { a int; } on_error dead_letter; }
    sink null out { from in; }
}
-- stderr
weir.conf:2:46: error: invalid number of arguments in "on_error" directive; write "on_error dead_letter NAME"
    source stdin in { format json { a int; } on_error dead_letter; }
                                             ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
