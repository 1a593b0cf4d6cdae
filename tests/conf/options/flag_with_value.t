A flag takes no value.
-- args
-t --json=yes weir.conf
-- stderr
weir: option "--json" takes no value
-- exit 1
