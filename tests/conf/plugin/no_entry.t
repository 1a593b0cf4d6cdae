It has no entry.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module no_entry.so;
-- stderr
weir.conf:2:13: error: cannot load plugin "{{BUILD}}/tests/fixtures/no_entry.so": it has no symbol weir_plugin_entry, so it is not a plugin of weir
load_module no_entry.so;
            ^~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
