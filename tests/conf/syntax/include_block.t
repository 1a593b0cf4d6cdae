include takes no block.
-- conf
include a.conf { }
-- stderr
weir.conf:1:15: error: directive "include" is not terminated by ";"
include a.conf { }
              ^
weir: configuration file weir.conf test failed
-- exit 1
