A value is one that librdkafka takes.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; property fetch.wait.max.ms soon; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:84: error: property "fetch.wait.max.ms": Invalid value for configuration property "fetch.wait.max.ms"
    source kafka in { brokers b:9092; group g; topic t; property fetch.wait.max.ms soon; format line; }
                                                                                   ^~~~
weir: configuration file weir.conf test failed
-- exit 1
