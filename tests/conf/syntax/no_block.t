A pipeline without its block.
-- conf
pipeline p;
-- stderr
weir.conf:1:1: error: directive "pipeline" has no opening "{"
pipeline p;
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
