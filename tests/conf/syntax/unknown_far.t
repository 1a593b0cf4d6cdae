Nothing is near enough to be guessed.
-- conf
zebra 2;
-- stderr
weir.conf:1:1: error: unknown directive "zebra"
zebra 2;
^~~~~
weir: configuration file weir.conf test failed
-- exit 1
