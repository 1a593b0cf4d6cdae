A semicolon with nothing before it.
-- conf
worker_threads 1;;
-- stderr
weir.conf:1:18: error: unexpected ";"
worker_threads 1;;
                 ^
weir: configuration file weir.conf test failed
-- exit 1
