What every pipeline takes.
-- args
help pipeline
-- stdout contains
pipeline NAME { ... }
  Operators and the wires between them.
-- stderr
-- exit 0
