The same plugin twice.
-- conf
load_module {{BUILD}}/tests/fixtures/good.so;
load_module {{BUILD}}/tests/fixtures/good.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/good.so" is already loaded
load_module {{BUILD}}/tests/fixtures/good.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
