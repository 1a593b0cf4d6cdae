An unknown letter among known ones.
-- args
-tx weir.conf
-- stderr
weir: invalid option: "x"
-- exit 1
