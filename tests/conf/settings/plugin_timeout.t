A machine may be slow, but not that slow.
-- conf
plugin_timeout 2h;
-- stderr
weir.conf:1:16: error: "plugin_timeout" is 2h; allowed 1s to 1h
plugin_timeout 2h;
               ^~
weir: configuration file weir.conf test failed
-- exit 1
