A directive in -g and in the file.
-- conf
worker_threads 1;
-- args
-t -g 'worker_threads 2;' weir.conf
-- stderr
weir.conf:1:1: error: "worker_threads" directive is duplicate
worker_threads 1;
^~~~~~~~~~~~~~
command line:1:1: note: "worker_threads" first given here
weir: configuration file weir.conf test failed
-- exit 1
