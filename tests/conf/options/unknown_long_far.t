An unknown long option.
-- args
--daemonize
-- stderr
weir: invalid option: "--daemonize"
-- exit 1
