A directive that nobody knows.
-- conf
worker_thread 2;
-- stderr
weir.conf:1:1: error: unknown directive "worker_thread"; did you mean "worker_threads"?
worker_thread 2;
^~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
