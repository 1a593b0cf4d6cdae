`weir state` wants to be told what to do.
-- args
state
-- stderr
weir: state needs one of: ls, count, get, export, verify, diff
-- exit 2
