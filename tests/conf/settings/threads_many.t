More threads than there may be.
-- conf
worker_threads 257;
-- stderr
weir.conf:1:16: error: "worker_threads" is 257; allowed 1 to 256, or auto
worker_threads 257;
               ^~~
weir: configuration file weir.conf test failed
-- exit 1
