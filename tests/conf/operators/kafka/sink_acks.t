What makes it safe is not to be had cheaper.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; property acks 1; }
}
-- stderr
weir.conf:5:65: error: property "acks" cannot be set: every record is acknowledged by all replicas in sync
    sink kafka out { from in; brokers b:9092; topic a; property acks 1; }
                                                                ^~~~
weir: configuration file weir.conf test failed
-- exit 1
