include takes one word.
-- conf
include a.conf b.conf;
-- stderr
weir.conf:1:1: error: invalid number of arguments in "include" directive: 2 given; write "include FILE;"
include a.conf b.conf;
^~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
