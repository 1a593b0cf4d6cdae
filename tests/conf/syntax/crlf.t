Lines may end as on Windows.
-- conf
worker_threads 1;
error_log stderr loud;
-- stderr
weir.conf:2:18: error: word 2 of "error_log" is "loud"; choose one of: emerg, alert, crit, error, warn, notice, info, debug
error_log stderr loud;
                 ^~~~
weir: configuration file weir.conf test failed
-- exit 1
