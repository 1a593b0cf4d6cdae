It has two operators of one name.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module twice.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/twice.so": operator "same" is there twice
load_module twice.so;
            ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
