Without arguments weir says how it is used.
-- args

-- stdout
-- stderr contains
weir version: weir/{{[0-9.]+}}
Usage: weir {{.*}}
Options:
-- exit 1
