A word that `weir state` does not know, but nearly.
-- args
state exprot DIR
-- stderr
weir: "state exprot" is unknown; did you mean "state export"?
-- exit 2
