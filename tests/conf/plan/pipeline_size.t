A size that is none.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    buffer 4 4x;
}
-- stderr
weir.conf:4:14: error: "4x" is no size; write 512, 64k, 4m or 1g
    buffer 4 4x;
             ^~
weir: configuration file weir.conf test failed
-- exit 1
