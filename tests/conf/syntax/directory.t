A conf that is a directory.
-- file sub/a
-- args
-t sub
-- stderr
weir: error: read() "sub" failed (21: Is a directory)
weir: configuration file sub test failed
-- exit 1
