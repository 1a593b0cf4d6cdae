It is of a later major version.
-- conf
load_module {{BUILD}}/tests/fixtures/new_major.so;
-- stderr
weir.conf:1:13: error: plugin "{{BUILD}}/tests/fixtures/new_major.so" wants ABI 2.1, this weir provides 0.1
load_module {{BUILD}}/tests/fixtures/new_major.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
