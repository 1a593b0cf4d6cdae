A sink declares no fields.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink stdout out { from in; format json { a int; } }
}
-- stderr
weir.conf:3:46: error: field "a" in the format of a sink, which writes the fields of its input
    sink stdout out { from in; format json { a int; } }
                                             ^
weir: configuration file weir.conf test failed
-- exit 1
