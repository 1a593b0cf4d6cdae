-? is -h.
-- args
'-?'
-- stdout contains
Usage: weir {{.*}}
-- stderr
-- exit 0
