-g takes no blocks.
-- conf
worker_threads 1;
-- args
-t -g 'pipeline p { }' weir.conf
-- stderr
command line:1:1: error: block directives are not supported in -g option
pipeline p { }
^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
