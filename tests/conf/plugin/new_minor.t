It is of a later minor version.
-- conf
load_module {{BUILD}}/tests/fixtures/new_minor.so;
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/new_minor.so" wants ABI 0.2, this weir provides 0.1
load_module {{BUILD}}/tests/fixtures/new_minor.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
