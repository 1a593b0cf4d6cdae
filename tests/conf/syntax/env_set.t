The value of a variable is checked like any text, and the caret points to its place.
-- conf
worker_threads ${env:THREADS};
-- env
THREADS=many
-- stderr
weir.conf:1:16: error: "worker_threads" is "many"; write a number or auto
worker_threads ${env:THREADS};
               ^~~~
weir: configuration file weir.conf test failed
-- exit 1
