-c wants a name.
-- args
-t -c
-- stderr
weir: option "-c" requires FILE
-- exit 1
