What the plugin itself decides.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; property enable.auto.commit true; property ssl.engine.location x.so; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:66: error: property "enable.auto.commit" cannot be set: offsets are committed with each checkpoint
...ource kafka in { brokers b:9092; group g; topic t; property enable.auto.commit true; property ssl.engine.locat...
                                                               ^~~~~~~~~~~~~~~~~~
weir.conf:3:100: error: property "ssl.engine.location" cannot be set: it loads code into the process
...roup g; topic t; property enable.auto.commit true; property ssl.engine.location x.so; format line; }
                                                               ^~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
