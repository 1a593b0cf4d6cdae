The name of a topic is text.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a b; topic_by n; }
}
-- stderr
weir.conf:5:67: error: "topic_by" must be a string; write cast(... as string)
    sink kafka out { from in; brokers b:9092; topic a b; topic_by n; }
                                                                  ^
weir: configuration file weir.conf test failed
-- exit 1
