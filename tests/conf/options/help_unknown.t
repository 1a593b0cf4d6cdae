Help on a word that nobody knows.
-- args
help pipelin
-- stdout
-- stderr
weir: nothing is known about "pipelin"; did you mean "pipeline"?
-- exit 1
