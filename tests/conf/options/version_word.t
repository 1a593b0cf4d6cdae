As people type it.
-- args
--version
-- stderr
weir version: weir/0.1.0
-- stdout
-- exit 0
