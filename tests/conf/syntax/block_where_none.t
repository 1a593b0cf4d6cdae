A block behind a directive that takes none.
-- conf
worker_threads 1 { }
-- stderr
weir.conf:1:17: error: directive "worker_threads" is not terminated by ";"
worker_threads 1 { }
                ^
weir: configuration file weir.conf test failed
-- exit 1
