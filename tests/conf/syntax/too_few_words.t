A directive without its word.
-- conf
worker_threads;
-- stderr
weir.conf:1:1: error: invalid number of arguments in "worker_threads" directive: 0 given; write "worker_threads NUMBER;"
worker_threads;
^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
