Letters right after a closing quote.
-- conf
error_log "stderr"x;
-- stderr
weir.conf:1:19: error: unexpected "x"
error_log "stderr"x;
                  ^
weir: configuration file weir.conf test failed
-- exit 1
