Blocks within blocks within blocks.
-- conf
a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } 
-- stderr
weir.conf:1:257: error: blocks are nested more than 64 deep
...a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { } } } } } } } } } } } } } ...
                                                               ^
weir.conf:1:257: note: the block of "a" begins here and is not closed
weir: configuration file weir.conf test failed
-- exit 1
