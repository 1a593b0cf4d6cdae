A value out of its range.
-- conf
pipeline p {
    source stdin in { format json { a int; b string; t timestamp ms; } }
    sink null out { from in; }
    buffer 0;
}
-- stderr
weir.conf:4:12: error: batches of "buffer" is 0; allowed 1 to 65536
    buffer 0;
           ^
weir: configuration file weir.conf test failed
-- exit 1
