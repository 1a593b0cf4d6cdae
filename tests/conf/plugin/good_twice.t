The same plugin twice.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module good.so;
load_module good.so;
-- stderr
weir.conf:3:13: error: plugin "{{BUILD}}/tests/fixtures/good.so" is already loaded
load_module good.so;
            ^~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
