It is of a later minor version.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module new_minor.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/new_minor.so" wants ABI 0.2, this weir provides 0.1
load_module new_minor.so;
            ^~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
