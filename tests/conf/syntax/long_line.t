Of a long line the part around the caret is shown.
-- conf
# xxxxxxxxxxxxxxxxxxxx
error_log "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" nonsense;
-- stderr
weir.conf:2:164: error: word 2 of "error_log" is "nonsense"; choose one of: emerg, alert, crit, error, warn, notice, info, debug
...yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" nonsense;
                                                               ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
