What is no error does not fail the test.
-- conf
pipeline p {
    source stdin in { format json { a int; } }
    sink stdout out { from in; }
}
-- args
-t -q weir.conf
-- stderr
-- exit 0
