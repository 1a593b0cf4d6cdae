The second word is none of the kind that the first one names: each is answered by itself.
-- args
help source fyle
-- stdout contains
source PLUGIN NAME { ... }
-- stderr
weir: nothing is known about "fyle"; did you mean "file"?
-- exit 1
