It needs an extension that this host has not.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module missing_extension.so;
-- stderr
weir.conf:2:13: error: plugin "{{BUILD}}/tests/fixtures/missing_extension.so": operator "needy" needs extension "weir.graph/7", which this weir does not have
load_module missing_extension.so;
            ^~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
