Offsets of sources and epochs of transactions do not mix.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; topic a; group weir.t; format json { n int; } }
    sink stdout out { from in; }
}
-- stderr
weir.conf:3:54: error: groups called "weir...." hold what transactions decided; choose another name
    source kafka in { brokers b:9092; topic a; group weir.t; format json { n int; } }
                                                     ^~~~~~
weir: configuration file weir.conf test failed
-- exit 1
