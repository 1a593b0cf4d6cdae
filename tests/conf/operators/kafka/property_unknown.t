A property that librdkafka does not have.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; property fetch.max 1; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:66: error: property "fetch.max" is not one that a conf may set; plugins/kafka/README.md lists them
    source kafka in { brokers b:9092; group g; topic t; property fetch.max 1; format line; }
                                                                 ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
