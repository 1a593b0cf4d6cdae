A plugin that is not in the plugin directory.
-- conf
load_module nothing.so;
-- stderr
weir.conf:1:13: error: cannot load plugin "{{BUILD}}/plugins/modules/nothing.so": No such file or directory
load_module nothing.so;
            ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
