A conf that is not there.
-- args
-t nothing.conf
-- stderr
weir: error: open() "nothing.conf" failed (2: No such file or directory)
weir: configuration file nothing.conf test failed
-- exit 1
