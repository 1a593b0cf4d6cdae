Help takes two words at most.
-- args
help a b c
-- stderr
weir: invalid option: "c"
-- exit 1
