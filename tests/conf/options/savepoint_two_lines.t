The file of a savepoint is named to another process, in one line.
-- args
savepoint create state/p "a
b"
-- stderr
weir: a file's name must be one line
-- exit 1
