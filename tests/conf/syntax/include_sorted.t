Globs are sorted, and an error of the first file comes first.
-- conf
include d/*.conf;
-- file d/b.conf
bbbb 1;
-- file d/a.conf
aaaa 1;
-- stderr
d/a.conf:1:1: error: unknown directive "aaaa"
aaaa 1;
^~~~
d/b.conf:1:1: error: unknown directive "bbbb"
bbbb 1;
^~~~
weir: configuration file weir.conf test failed
-- exit 1
