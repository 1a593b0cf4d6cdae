`weir run` of a conf that is not there.
-- args
run nothing.conf
-- stderr
weir: error: open() "nothing.conf" failed (2: No such file or directory)
-- exit 2
