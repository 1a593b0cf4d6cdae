What is wrong besides is told too.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
worker_threads 0;
load_module crash.so;
wroker_threads 2;
-- stderr
weir.conf:2:16: error: "worker_threads" is 0; allowed 1 to 256, or auto
worker_threads 0;
               ^
weir.conf:3:13: error: plugin "{{BUILD}}/tests/fixtures/crash.so" crashed while loading (signal 6, SIGABRT)
load_module crash.so;
            ^~~~~~~~
weir.conf:4:1: error: unknown directive "wroker_threads"; did you mean "worker_threads"?
wroker_threads 2;
^~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
