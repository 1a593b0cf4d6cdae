Headers are text.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; header n n; }
}
-- stderr
weir.conf:5:65: error: "header" must be a string; write cast(... as string)
    sink kafka out { from in; brokers b:9092; topic a; header n n; }
                                                                ^
weir: configuration file weir.conf test failed
-- exit 1
