A plugin by its path, from the conf on.
-- conf
load_module ./nothing.so;
-- file sub/weir.conf
load_module ./nothing.so;
-- args
-t sub/weir.conf
-- stderr
sub/weir.conf:1:13: error: cannot load plugin "sub/./nothing.so": No such file or directory
load_module ./nothing.so;
            ^~~~~~~~~~~~
weir: configuration file sub/weir.conf test failed
-- exit 1
