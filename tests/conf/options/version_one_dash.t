As other programs have it.
-- args
-version
-- stderr
weir: invalid option: "-version"; did you mean "--version"?
-- stdout
-- exit 1
