A control character.
-- conf
worker_threads 1;

-- stderr
weir.conf:2:1: error: unexpected byte 0x01
\x01
^~~~
weir.conf:2:2: error: unexpected end of file, expecting ";" or "}"
\x01
    ^
weir: configuration file weir.conf test failed
-- exit 1
