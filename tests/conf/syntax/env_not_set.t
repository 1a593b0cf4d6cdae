A variable of the environment that is not there.
-- conf
error_log ${env:NO_SUCH_LOG};
-- stderr
weir.conf:1:11: error: environment variable "NO_SUCH_LOG" is not set; set it or write "${env:NO_SUCH_LOG:-default}"
error_log ${env:NO_SUCH_LOG};
          ^~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
