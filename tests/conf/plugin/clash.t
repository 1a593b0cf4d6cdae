It offers what another plugin offers.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module good.so;
load_module clash.so;
-- stderr
weir.conf:3:13: error: plugin "{{BUILD}}/tests/fixtures/clash.so": operator "good" is already in plugin "{{BUILD}}/tests/fixtures/good.so"
load_module clash.so;
            ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
