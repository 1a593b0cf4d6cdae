Files that include each other.
-- conf
include a.conf;
-- file a.conf
include weir.conf;
-- stderr
a.conf:1:9: error: "weir.conf" includes itself
include weir.conf;
        ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
