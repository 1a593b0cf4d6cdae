A bare word starts from here.
-- file sub/a.conf
include b.conf;
-- file sub/b.conf
worker_threads 0;
-- args
-t -q -p sub sub/a.conf
-- stderr
sub/b.conf:1:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads 0;
               ^
weir: configuration file sub/a.conf test failed
-- exit 1
