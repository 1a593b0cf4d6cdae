A block that is not closed.
-- conf
pipeline p {
    buffer 4;
-- stderr
weir.conf:2:14: error: unexpected end of file, expecting "}"
    buffer 4;
             ^
weir.conf:1:1: note: the block of "pipeline" begins here and is not closed
weir: configuration file weir.conf test failed
-- exit 1
