What only producers have.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; property linger.ms 5; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:66: error: property "linger.ms" is of producers; a source has none
    source kafka in { brokers b:9092; group g; topic t; property linger.ms 5; format line; }
                                                                 ^~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
