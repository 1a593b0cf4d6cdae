-t takes one file.
-- args
-t a.conf b.conf
-- stderr
weir: invalid option: "b.conf"
-- exit 1
