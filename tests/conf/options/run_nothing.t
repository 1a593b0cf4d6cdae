`weir run` without a conf, where none is installed.
-- args
run
-- stderr contains
weir: error: open() "{{.*}}/weir/weir.conf" failed (2: No such file or directory)
note: no FILE was named, and this is what is read then
-- exit 2
