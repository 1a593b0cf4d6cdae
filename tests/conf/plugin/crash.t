A plugin that crashes while it is loaded costs the child that loads it, not weir.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
worker_threads 1;
load_module crash.so;
-- stderr
weir.conf:3:13: error: plugin "{{BUILD}}/tests/fixtures/crash.so" crashed while loading (signal 6, SIGABRT)
load_module crash.so;
            ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
