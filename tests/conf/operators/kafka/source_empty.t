Names are not empty.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group ''; topic ''; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:45: error: the name of the group is empty
    source kafka in { brokers b:9092; group ''; topic ''; format line; }
                                            ^~
weir.conf:3:55: error: the name of a topic is empty
    source kafka in { brokers b:9092; group ''; topic ''; format line; }
                                                      ^~
weir: configuration file weir.conf test failed
-- exit 1
