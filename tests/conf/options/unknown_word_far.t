A first word that is like no command.
-- args
zebra
-- stdout
-- stderr
weir: invalid option: "zebra"; weir -h shows what there is
-- exit 1
