Not a number of threads.
-- conf
worker_threads two;
-- stderr
weir.conf:1:16: error: "worker_threads" is "two"; write a number or auto
worker_threads two;
               ^~~
weir: configuration file weir.conf test failed
-- exit 1
