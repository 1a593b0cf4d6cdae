An unknown letter.
-- args
-x
-- stderr
weir: invalid option: "x"
-- exit 1
