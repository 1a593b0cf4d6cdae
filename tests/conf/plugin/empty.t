It offers nothing.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module empty.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/empty.so": it offers nothing
load_module empty.so;
            ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
