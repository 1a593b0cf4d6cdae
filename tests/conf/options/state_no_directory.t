Looking makes no directory.
-- args
state verify {{DIR}}/nothing
-- stderr
weir: cannot open the state directory "{{DIR}}/nothing": No such file or directory
-- exit 1
