There are two sorts of ${}.
-- conf
error_log ${log};
-- stderr
weir.conf:1:11: error: unknown "${log}"; there are ${env:NAME}, ${env:NAME:-default} and ${file:PATH}, and \${ for the letters themselves
error_log ${log};
          ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
