All plugins that cannot be loaded are told.
-- conf
load_module ./a.so;
load_module ./b.so;
-- stderr
weir.conf:1:13: error: cannot load plugin "./a.so": No such file or directory
load_module ./a.so;
            ^~~~~~
weir.conf:2:13: error: cannot load plugin "./b.so": No such file or directory
load_module ./b.so;
            ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
