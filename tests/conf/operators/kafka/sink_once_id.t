Transactions have a name.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; }
}
-- stderr
weir.conf:5:47: error: "delivery exactly_once" needs a "transactional_id" of 1 to 200 bytes, which no other pipeline has
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; }
                                              ^~~~~
weir: configuration file weir.conf test failed
-- exit 1
