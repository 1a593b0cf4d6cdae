It needs a symbol that nobody has.
-- conf
load_module {{BUILD}}/tests/fixtures/undefined_symbol.so;
-- stderr
weir.conf:1:13: error: cannot load plugin "{{BUILD}}/tests/fixtures/undefined_symbol.so": undefined symbol: weir_no_such_function
load_module {{BUILD}}/tests/fixtures/undefined_symbol.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
