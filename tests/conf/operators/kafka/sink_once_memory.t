Kafka decides, so the store must be there.
-- conf
load_module kafka.so;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; transactional_id x; }
}
-- stderr
weir.conf:4:5: error: sink kafka "out" shows rows with checkpoints, and state lives in memory; write "state_path DIR;" at the top level
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; transactional_id x; }
    ^~~~
weir: configuration file weir.conf test failed
-- exit 1
