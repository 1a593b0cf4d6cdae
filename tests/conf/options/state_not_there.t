A directory that is no state is left as it is.
-- args
state ls {{DIR}}
-- stderr
weir: "{{DIR}}" is no state directory of weir: it has no database
-- exit 1
