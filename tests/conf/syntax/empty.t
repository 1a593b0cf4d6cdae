An empty conf is right, and makes nothing.
-- conf
-- args
-t weir.conf
-- stdout
no pipeline
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
