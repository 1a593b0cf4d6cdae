A single quote that is not closed.
-- conf
error_log 'stderr;
-- stderr
weir.conf:1:11: error: missing terminating "'" character
error_log 'stderr;
          ^
weir: configuration file weir.conf test failed
-- exit 1
