-v together with -t: it prints, then tests.
-- conf
-- args
-vt weir.conf
-- stdout
no pipeline
-- stderr
weir version: weir/{{[0-9.]+}}
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
