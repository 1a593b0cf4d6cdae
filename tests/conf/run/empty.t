Nothing comes in.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; } }
    sink stdout out { from in; }
}
-- args
run weir.conf
-- stdout
-- stderr
-- exit 0
