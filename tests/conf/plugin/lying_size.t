It lies about a size.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module lying_size.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/lying_size.so": operator 0 has a struct weir_operator of size 48, not 168
load_module lying_size.so;
            ^~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
