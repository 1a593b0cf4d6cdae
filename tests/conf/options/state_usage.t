A key is looked for in one table.
-- args
state get DIR operator key
-- stderr
weir: usage: weir state get DIR OPERATOR.TABLE KEY
-- exit 2
