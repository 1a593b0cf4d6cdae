Of several topics one must be chosen.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a b; }
}
-- stderr
weir.conf:5:55: error: several topics need "topic_by", which says where a row goes
    sink kafka out { from in; brokers b:9092; topic a b; }
                                                      ^
weir: configuration file weir.conf test failed
-- exit 1
