The caret is in the right line of a long expression.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    filter f {
        from in;
        where a > 1
            and bb = 2
            or a < 0;
    }
    sink null out { from f; }
}
-- stderr
weir.conf:6:17: error: unknown field "bb"; did you mean "b"?
            and bb = 2
                ^~
weir: configuration file weir.conf test failed
-- exit 1
