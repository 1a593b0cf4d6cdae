After twenty errors the rest is counted.
-- conf
word0 x;
word1 x;
word2 x;
word3 x;
word4 x;
word5 x;
word6 x;
word7 x;
word8 x;
word9 x;
word10 x;
word11 x;
word12 x;
word13 x;
word14 x;
word15 x;
word16 x;
word17 x;
word18 x;
word19 x;
word20 x;
word21 x;
word22 x;
word23 x;
word24 x;
-- stderr
weir.conf:1:1: error: unknown directive "word0"
word0 x;
^~~~~
weir.conf:2:1: error: unknown directive "word1"
word1 x;
^~~~~
weir.conf:3:1: error: unknown directive "word2"
word2 x;
^~~~~
weir.conf:4:1: error: unknown directive "word3"
word3 x;
^~~~~
weir.conf:5:1: error: unknown directive "word4"
word4 x;
^~~~~
weir.conf:6:1: error: unknown directive "word5"
word5 x;
^~~~~
weir.conf:7:1: error: unknown directive "word6"
word6 x;
^~~~~
weir.conf:8:1: error: unknown directive "word7"
word7 x;
^~~~~
weir.conf:9:1: error: unknown directive "word8"
word8 x;
^~~~~
weir.conf:10:1: error: unknown directive "word9"
word9 x;
^~~~~
weir.conf:11:1: error: unknown directive "word10"
word10 x;
^~~~~~
weir.conf:12:1: error: unknown directive "word11"
word11 x;
^~~~~~
weir.conf:13:1: error: unknown directive "word12"
word12 x;
^~~~~~
weir.conf:14:1: error: unknown directive "word13"
word13 x;
^~~~~~
weir.conf:15:1: error: unknown directive "word14"
word14 x;
^~~~~~
weir.conf:16:1: error: unknown directive "word15"
word15 x;
^~~~~~
weir.conf:17:1: error: unknown directive "word16"
word16 x;
^~~~~~
weir.conf:18:1: error: unknown directive "word17"
word17 x;
^~~~~~
weir.conf:19:1: error: unknown directive "word18"
word18 x;
^~~~~~
weir.conf:20:1: error: unknown directive "word19"
word19 x;
^~~~~~
weir: 5 more errors not shown
weir: configuration file weir.conf test failed
-- exit 1
