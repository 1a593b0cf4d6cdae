It needs a symbol that nobody has.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module undefined_symbol.so;
-- stderr
weir.conf:2:13: error: cannot load plugin "{{BUILD}}/tests/fixtures/undefined_symbol.so": undefined symbol: weir_no_such_function
load_module undefined_symbol.so;
            ^~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
