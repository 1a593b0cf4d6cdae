-h shows the usage.
-- args
-h
-- stdout contains
weir version: weir/{{[0-9.]+}}
Usage: weir {{.*}}
  -t               : test configuration{{.*}}
-- stderr
-- exit 0
