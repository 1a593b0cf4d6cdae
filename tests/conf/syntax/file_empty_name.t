A ${file:} without a name.
-- conf
error_log ${file:};
-- stderr
weir.conf:1:11: error: "${file:}" names no file
error_log ${file:};
          ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
