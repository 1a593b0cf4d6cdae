plugin_path is where plugins are looked for.
-- conf
plugin_path sub;
load_module nothing.so;
-- stderr
weir.conf:2:13: error: cannot load plugin "sub/nothing.so": No such file or directory
load_module nothing.so;
            ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
