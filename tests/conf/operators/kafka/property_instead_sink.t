What the plugin itself decides, of a sink: each with what to do instead.
-- conf
load_module kafka.so;
pipeline p {
    source values in { row x; format line; }
    sink kafka out {
        from in; brokers b:9092; topic t;
        property isolation.level x;
        property metadata.broker.list x;
        property partitioner x;
        property request.required.acks x;
        property sasl.kerberos.kinit.cmd x;
        property sasl.oauthbearer.token.endpoint.url x;
        property ssl.endpoint.identification.algorithm x;
        property ssl.engine.location x;
        property ssl.providers x;
        property transaction.timeout.ms x;
        property transactional.id x;
        property fetch.min.bytes x;
    }
}
-- stderr
weir.conf:6:18: error: property "isolation.level" cannot be set: say "isolation"
        property isolation.level x;
                 ^~~~~~~~~~~~~~~
weir.conf:7:18: error: property "metadata.broker.list" cannot be set: say "brokers"
        property metadata.broker.list x;
                 ^~~~~~~~~~~~~~~~~~~~
weir.conf:8:18: error: property "partitioner" cannot be set: say "partitioner"
        property partitioner x;
                 ^~~~~~~~~~~
weir.conf:9:18: error: property "request.required.acks" cannot be set: every record is acknowledged by all replicas in sync
        property request.required.acks x;
                 ^~~~~~~~~~~~~~~~~~~~~
weir.conf:10:18: error: property "sasl.kerberos.kinit.cmd" cannot be set: it runs a program
        property sasl.kerberos.kinit.cmd x;
                 ^~~~~~~~~~~~~~~~~~~~~~~
weir.conf:11:18: error: property "sasl.oauthbearer.token.endpoint.url" cannot be set: it is not supported
        property sasl.oauthbearer.token.endpoint.url x;
                 ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir.conf:12:18: error: property "ssl.endpoint.identification.algorithm" cannot be set: the broker's name is always checked
        property ssl.endpoint.identification.algorithm x;
                 ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir.conf:13:18: error: property "ssl.engine.location" cannot be set: it loads code into the process
        property ssl.engine.location x;
                 ^~~~~~~~~~~~~~~~~~~
weir.conf:14:18: error: property "ssl.providers" cannot be set: it loads code into the process
        property ssl.providers x;
                 ^~~~~~~~~~~~~
weir.conf:15:18: error: property "transaction.timeout.ms" cannot be set: say "transaction_timeout"
        property transaction.timeout.ms x;
                 ^~~~~~~~~~~~~~~~~~~~~~
weir.conf:16:18: error: property "transactional.id" cannot be set: say "transactional_id"
        property transactional.id x;
                 ^~~~~~~~~~~~~~~~
weir.conf:17:18: error: property "fetch.min.bytes" is of consumers; a sink has none
        property fetch.min.bytes x;
                 ^~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
