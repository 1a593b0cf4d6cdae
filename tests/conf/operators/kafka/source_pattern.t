A pattern is a regular expression.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in { brokers b:9092; group g; pattern "t("; format line; }
    sink null out { from in; }
}
-- stderr
weir.conf:3:56: error: "pattern" is no regular expression: Unmatched ( or \(
    source kafka in { brokers b:9092; group g; pattern "t("; format line; }
                                                       ^~~~
weir: configuration file weir.conf test failed
-- exit 1
