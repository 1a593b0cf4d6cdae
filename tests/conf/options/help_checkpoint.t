What every checkpoint takes.
-- args
help checkpoint
-- stdout contains
checkpoint { ... }
  In a pipeline: how often its state is kept.
-- stderr
-- exit 0
