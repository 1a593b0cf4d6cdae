Not every word names a variable.
-- conf
error_log ${env:1+1};
-- stderr
weir.conf:1:11: error: "1+1" is no name of an environment variable
error_log ${env:1+1};
          ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
