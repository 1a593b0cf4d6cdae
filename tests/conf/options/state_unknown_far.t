A word that `weir state` does not know.
-- args
state shrink DIR
-- stderr
weir: "state shrink" is unknown; choose one of: ls, count, get, export, verify, diff
-- exit 2
