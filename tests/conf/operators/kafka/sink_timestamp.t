A timestamp is one.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; timestamp n; }
}
-- stderr
weir.conf:5:66: error: "timestamp" must be a timestamp; write cast(... as timestamp)
    sink kafka out { from in; brokers b:9092; topic a; timestamp n; }
                                                                 ^
weir: configuration file weir.conf test failed
-- exit 1
