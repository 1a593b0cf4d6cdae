One of them.
-- args
help sink file
-- stdout contains
sink file NAME { ... }
-- stderr
-- exit 0
