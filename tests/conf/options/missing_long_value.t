An option with a word needs its value.
-- args
run weir.conf --pipeline
-- stderr
weir: option "--pipeline" requires NAME
-- exit 2
