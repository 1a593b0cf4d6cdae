The third word of error_log.
-- conf
error_log stderr info xml;
-- stderr
weir.conf:1:23: error: word 3 of "error_log" is "xml"; choose one of: text, json
error_log stderr info xml;
                      ^~~
weir: configuration file weir.conf test failed
-- exit 1
