A time is one that can be read.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; start timestamp yesterday; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:73: error: "start timestamp" needs a time such as 2026-01-31T10:00:00Z
    source kafka in { brokers b:9092; group g; topic t; start timestamp yesterday; format line; }
                                                                        ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
