A directive runs into the end of its block.
-- conf
pipeline p {
    buffer 4
}
-- stderr
weir.conf:1:1: error: pipeline "p" has no source
pipeline p {
^~~~~~~~
weir.conf:1:1: error: pipeline "p" has no sink
pipeline p {
^~~~~~~~
weir.conf:2:13: error: directive "buffer" is not terminated by ";"
    buffer 4
            ^
weir: configuration file weir.conf test failed
-- exit 1
