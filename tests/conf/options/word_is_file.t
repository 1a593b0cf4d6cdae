A first word that is a file.
-- args
my.conf
-- file my.conf
worker_threads 1;
-- stderr
weir: invalid option: "my.conf"; to run that file: weir run FILE, to test it: weir -t FILE
-- exit 1
