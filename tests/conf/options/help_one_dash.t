As other programs have it.
-- args
-help
-- stderr
weir: invalid option: "-help"; did you mean "--help"?
-- stdout
-- exit 1
