-v goes to stderr.
-- args
-v
-- stdout
-- stderr
weir version: weir/{{[0-9.]+}}
-- exit 0
