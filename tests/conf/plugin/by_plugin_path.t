A plugin found in the plugin directory.
-- conf
plugin_path "{{BUILD}}/tests/fixtures";
load_module good.so;
-- args
-t -q weir.conf
-- stderr
-- exit 0
