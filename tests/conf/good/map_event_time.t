-- conf
pipeline p {
    source stdin in { format json { a int; at string; } on_error drop; }
    map m { from in; cast at timestamp; set_event_time parse_time(at, '%F'); watermark bounded 1h; nest o a; }
    window w { from m; tumbling 1d; aggregate n = count(); }
    sink null out { from w; }
}
-- stdout contains
      map "m": it sets the event time: the watermark behind it begins there
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
