All functions.
-- args
help functions
-- stdout contains
  abs(x)
  upper(string)
-- stderr
-- exit 0
