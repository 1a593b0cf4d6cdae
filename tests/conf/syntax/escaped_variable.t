A backslash makes ${ letters.
-- conf
worker_threads \${env:X};
-- stderr
weir.conf:1:16: error: "worker_threads" is "${env:X}"; write a number or auto
worker_threads \${env:X};
               ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
