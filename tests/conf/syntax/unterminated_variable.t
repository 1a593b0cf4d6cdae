A ${ that is not closed.
-- conf
error_log ${env:LOG;
-- stderr
weir.conf:1:11: error: missing terminating "}" of "${"; write \${ for the letters themselves
error_log ${env:LOG;
          ^~
weir: configuration file weir.conf test failed
-- exit 1
