Unknown options of `weir run`.
-- args
run -t weir.conf
-- stderr
weir: invalid option: "t"
-- exit 2
