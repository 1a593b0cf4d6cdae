What came from a file is shown nowhere, not even in a message about it.
-- conf
worker_threads ${file:secret.txt};
-- file secret.txt
hunter2hunter2
-- stderr
weir.conf:1:16: error: "worker_threads" is "***"; write a number or auto
worker_threads ${file:secret.txt};
               ^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
