-g takes directives, not files.
-- conf
worker_threads 1;
-- file a.conf
worker_threads 2;
-- args
-t -g 'include a.conf;' weir.conf
-- stderr
weir.conf:1:1: error: "worker_threads" directive is duplicate
worker_threads 1;
^~~~~~~~~~~~~~
a.conf:1:1: note: "worker_threads" first given here
weir: configuration file weir.conf test failed
-- exit 1
