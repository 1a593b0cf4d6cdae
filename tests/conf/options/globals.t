-g adds directives.
-- conf
error_log stderr warn;
-- args
-T -g 'worker_threads 2;' weir.conf
-- stdout
# configuration file command line:
worker_threads 2;
# configuration file weir.conf:
error_log stderr warn;
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
