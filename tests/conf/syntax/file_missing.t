A ${file:} that is not there.
-- conf
error_log ${file:secret.txt};
-- stderr
weir.conf:1:11: error: open() "secret.txt" failed (2: No such file or directory)
error_log ${file:secret.txt};
          ^
weir: configuration file weir.conf test failed
-- exit 1
