An unknown long option, with a guess.
-- args
-t --jsn weir.conf
-- stderr
weir: invalid option: "--jsn"; did you mean "--json"?
-- exit 1
