A word close to one of the choices.
-- conf
error_log stderr wran;
-- stderr
weir.conf:1:18: error: word 2 of "error_log" is "wran"; choose one of: emerg, alert, crit, error, warn, notice, info, debug
error_log stderr wran;
                 ^~~~
weir: configuration file weir.conf test failed
-- exit 1
