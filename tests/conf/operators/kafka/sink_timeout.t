A transaction is open from one checkpoint to the next.
-- conf
load_module kafka.so;
state_path state;
pipeline p {
    checkpoint { interval 25s; }
    source stdin in { format json { n int; k string; } }
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; transactional_id t; }
}
-- stderr
weir.conf:6:96: error: a checkpoint comes every 25s, and brokers would undo what takes longer than "transaction_timeout"; write "transaction_timeout 75s;" or more
    sink kafka out { from in; brokers b:9092; topic a; delivery exactly_once; transactional_id t; }
                                                                                               ^
weir: configuration file weir.conf test failed
-- exit 1
