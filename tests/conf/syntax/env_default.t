A default stands in for a variable that is not set.
-- conf
worker_threads ${env:NO_SUCH_THREADS:-0};
-- stderr
weir.conf:1:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads ${env:NO_SUCH_THREADS:-0};
               ^
weir: configuration file weir.conf test failed
-- exit 1
