All errors of a file, in file order.
-- conf
worker_threads 0;
foo 1;
pipeline { }
bar 1;
worker_threads 1;
-- stderr
weir.conf:1:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads 0;
               ^
weir.conf:2:1: error: unknown directive "foo"
foo 1;
^~~
weir.conf:3:1: error: invalid number of arguments in "pipeline" directive; write "pipeline NAME { ... }"
pipeline { }
^~~~~~~~
weir.conf:4:1: error: unknown directive "bar"
bar 1;
^~~
weir.conf:5:1: error: "worker_threads" directive is duplicate
worker_threads 1;
^~~~~~~~~~~~~~
weir.conf:1:1: note: "worker_threads" first given here
weir: configuration file weir.conf test failed
-- exit 1
