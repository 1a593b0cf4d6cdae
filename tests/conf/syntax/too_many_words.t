A directive with a word too many.
-- conf
worker_threads 1 2;
-- stderr
weir.conf:1:18: error: invalid number of arguments in "worker_threads" directive: 2 given; write "worker_threads NUMBER;"
worker_threads 1 2;
                 ^
weir: configuration file weir.conf test failed
-- exit 1
