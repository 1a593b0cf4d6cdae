What every sink takes.
-- args
help sink
-- stdout contains
sink PLUGIN NAME { ... }
  Directives that every sink takes.
-- stderr
-- exit 0
