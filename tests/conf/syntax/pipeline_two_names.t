A pipeline with two names.
-- conf
pipeline a b { }
-- stderr
weir.conf:1:1: error: invalid number of arguments in "pipeline" directive; write "pipeline NAME { ... }"
pipeline a b { }
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
