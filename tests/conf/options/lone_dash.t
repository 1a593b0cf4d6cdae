A dash is no file.
-- args
-t -
-- stderr
weir: invalid option: "-"
-- exit 1
