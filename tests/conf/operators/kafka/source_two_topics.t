Topics are named or matched, not both.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; topic t; pattern t.*; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:65: error: give "topic" or "pattern", not both
    source kafka in { brokers b:9092; group g; topic t; pattern t.*; format line; }
                                                                ^~~
weir: configuration file weir.conf test failed
-- exit 1
