A pipeline with nothing in it.
-- conf
pipeline p {
}
-- stderr
weir.conf:1:1: error: pipeline "p" has no source
pipeline p {
^~~~~~~~
weir.conf:1:1: error: pipeline "p" has no sink
pipeline p {
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
