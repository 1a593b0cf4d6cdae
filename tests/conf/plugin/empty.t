It offers nothing.
-- conf
load_module {{BUILD}}/tests/fixtures/empty.so;
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/empty.so": it offers nothing
load_module {{BUILD}}/tests/fixtures/empty.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
