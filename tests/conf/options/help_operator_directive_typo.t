A directive that an operator has not.
-- args
help window.tumblin
-- stdout
-- stderr
weir: "window" has no directive "tumblin"; did you mean "tumbling"?
-- exit 1
