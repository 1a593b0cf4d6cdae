A directive runs into the end of the file.
-- conf
worker_threads 2
-- stderr
weir.conf:1:17: error: unexpected end of file, expecting ";" or "}"
worker_threads 2
                ^
weir: configuration file weir.conf test failed
-- exit 1
