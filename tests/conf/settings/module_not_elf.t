A text is no plugin.
-- conf
load_module ./a.so;
-- file a.so
a text
-- stderr
weir.conf:1:13: error: cannot load plugin "./a.so": it is not an ELF file
load_module ./a.so;
            ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
