An included file that is not there.
-- conf
include nothing.conf;
worker_threads 0;
-- stderr
weir.conf:1:9: error: open() "nothing.conf" failed (2: No such file or directory)
include nothing.conf;
        ^~~~~~~~~~~~
weir.conf:2:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads 0;
               ^
weir: configuration file weir.conf test failed
-- exit 1
