Without transactions there is none.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; transactional_id x; }
}
-- stderr
weir.conf:5:73: error: "transactional_id" is of "delivery exactly_once"
    sink kafka out { from in; brokers b:9092; topic a; transactional_id x; }
                                                                        ^
weir: configuration file weir.conf test failed
-- exit 1
