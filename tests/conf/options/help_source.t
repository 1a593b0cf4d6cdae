What every source takes.
-- args
help source
-- stdout contains
source PLUGIN NAME { ... }
  Directives that every source takes.
-- stderr
-- exit 0
