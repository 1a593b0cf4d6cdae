A directive that stands twice.
-- conf
worker_threads 1;
worker_threads 2;
-- stderr
weir.conf:2:1: error: "worker_threads" directive is duplicate
worker_threads 2;
^~~~~~~~~~~~~~
weir.conf:1:1: note: "worker_threads" first given here
weir: configuration file weir.conf test failed
-- exit 1
