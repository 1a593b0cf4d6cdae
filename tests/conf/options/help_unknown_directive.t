Help on a directive that is not there.
-- args
help pipeline.bufer
-- stdout
-- stderr
weir: "pipeline" has no directive "bufer"; did you mean "buffer"?
-- exit 1
