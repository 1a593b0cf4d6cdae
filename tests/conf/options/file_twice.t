A file is given by -c or as a word.
-- args
-t -c a.conf b.conf
-- stderr
weir: invalid option: "b.conf"
-- exit 1
