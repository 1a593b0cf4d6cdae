What every operator takes.
-- args
help operator
-- stdout contains
OPERATOR NAME { ... }
  Directives that every operator takes.
-- stderr
-- exit 0
