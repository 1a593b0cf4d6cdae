A pipeline without a name.
-- conf
pipeline { }
-- stderr
weir.conf:1:1: error: invalid number of arguments in "pipeline" directive; write "pipeline NAME { ... }"
pipeline { }
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
