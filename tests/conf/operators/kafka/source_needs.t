What a source cannot do without.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { topic t; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:5: error: source kafka "in" needs "brokers"
    source kafka in { topic t; format line; }
    ^~~~~~
weir.conf:3:5: error: source kafka "in" needs "group"
    source kafka in { topic t; format line; }
    ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
