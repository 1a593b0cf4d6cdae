There must be something to read.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:45: error: give "topic" or "pattern": there is nothing to read
    source kafka in { brokers b:9092; group g; format line; }
                                            ^
weir: configuration file weir.conf test failed
-- exit 1
