Making one takes a directory and a file.
-- args
savepoint create state/p
-- stderr
weir: usage: weir savepoint create DIR FILE
-- exit 2
