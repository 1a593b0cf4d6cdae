A directory is no plugin.
-- conf
load_module ./sub;
-- file sub/a
-- stderr
weir.conf:1:13: error: cannot load plugin "./sub": it is a directory
load_module ./sub;
            ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
