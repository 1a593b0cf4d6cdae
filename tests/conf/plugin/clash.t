It offers what another plugin offers.
-- conf
load_module {{BUILD}}/tests/fixtures/good.so;
load_module {{BUILD}}/tests/fixtures/clash.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/clash.so": operator "good" is already in plugin "{{BUILD}}/tests/fixtures/good.so"
load_module {{BUILD}}/tests/fixtures/clash.so;
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
