Help on a directive that no source has.
-- args
help source.formt
-- stdout
-- stderr
weir: "source" has no directive "formt"; did you mean "format"?
-- exit 1
