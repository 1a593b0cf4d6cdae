Columns count characters, not bytes.
-- conf
error_log "größe" lout;
-- stderr
weir.conf:1:19: error: word 2 of "error_log" is "lout"; choose one of: emerg, alert, crit, error, warn, notice, info, debug
error_log "größe" lout;
                  ^~~~
weir: configuration file weir.conf test failed
-- exit 1
