A word that is no command.
-- args
rum weir.conf
-- stderr
weir: invalid option: "rum"; did you mean "run"?
-- exit 1
