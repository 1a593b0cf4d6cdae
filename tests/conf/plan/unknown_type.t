A type that is none.
-- conf
pipeline p {
    source stdin in { format json { a strng; } }
    sink null out { from in; }
}
-- stderr
weir.conf:2:39: error: unknown type "strng" of field "a"; did you mean "string"?
    source stdin in { format json { a strng; } }
                                      ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
