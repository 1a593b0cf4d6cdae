Only one way of starting takes a time.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; start earliest 2026-01-01; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:72: error: only "start timestamp" takes a time
    source kafka in { brokers b:9092; group g; topic t; start earliest 2026-01-01; format line; }
                                                                       ^~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
