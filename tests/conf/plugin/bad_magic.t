It has another magic.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module bad_magic.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/bad_magic.so": its magic is 0x52494556, not 0x52494557
load_module bad_magic.so;
            ^~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
