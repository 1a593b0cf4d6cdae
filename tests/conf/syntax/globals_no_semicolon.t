-g wants its semicolon.
-- conf
-- args
-t -g 'worker_threads 2' weir.conf
-- stderr
command line:1:17: error: unexpected end of parameter, expecting ";"
worker_threads 2
                ^
weir: configuration file weir.conf test failed
-- exit 1
