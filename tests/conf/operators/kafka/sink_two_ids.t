Of two transactions only one can decide.
-- conf
state_path state;
load_module kafka.so;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka one { from in; brokers b:9092; topic a; delivery exactly_once; transactional_id x; }
    sink kafka two { from in; brokers b:9092; topic b; delivery exactly_once; transactional_id y; }
}
-- stderr
weir.conf:6:5: error: sink kafka "two" would have Kafka transaction "y" decide checkpoints, and sink kafka "one" has Kafka transaction "x", but only one can; give both the same, or one of them a pipeline of its own
    sink kafka two { from in; brokers b:9092; topic b; delivery exactly_once; transactional_id y; }
    ^~~~
weir: configuration file weir.conf test failed
-- exit 1
