A file that includes itself.
-- conf
include weir.conf;
-- stderr
weir.conf:1:9: error: "weir.conf" includes itself
include weir.conf;
        ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
