It is of a later major version.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module new_major.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/new_major.so" wants ABI 2.1, this weir provides 0.1
load_module new_major.so;
            ^~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
