Its entry gives nothing.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module null_entry.so;
-- stderr
weir.conf:2:13: error: cannot load plugin "{{BUILD}}/tests/fixtures/null_entry.so": weir_plugin_entry() gave NULL
load_module null_entry.so;
            ^~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
