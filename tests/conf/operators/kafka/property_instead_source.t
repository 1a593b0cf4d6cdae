What the plugin itself decides, of a source: each with what to do instead.
-- conf
load_module kafka.so;
pipeline p {
    source kafka in {
        brokers b:9092; group g; topic t; format line;
        property acks x;
        property auto.offset.reset x;
        property bootstrap.servers x;
        property compression.codec x;
        property compression.type x;
        property enable.auto.commit x;
        property enable.auto.offset.store x;
        property enable.idempotence x;
        property enable.ssl.certificate.verification x;
        property group.id x;
    }
    sink null out { from in; }
}
-- stderr
weir.conf:5:18: error: property "acks" cannot be set: every record is acknowledged by all replicas in sync
        property acks x;
                 ^~~~
weir.conf:6:18: error: property "auto.offset.reset" cannot be set: say "start"
        property auto.offset.reset x;
                 ^~~~~~~~~~~~~~~~~
weir.conf:7:18: error: property "bootstrap.servers" cannot be set: say "brokers"
        property bootstrap.servers x;
                 ^~~~~~~~~~~~~~~~~
weir.conf:8:18: error: property "compression.codec" cannot be set: say "compression"
        property compression.codec x;
                 ^~~~~~~~~~~~~~~~~
weir.conf:9:18: error: property "compression.type" cannot be set: say "compression"
        property compression.type x;
                 ^~~~~~~~~~~~~~~~
weir.conf:10:18: error: property "enable.auto.commit" cannot be set: offsets are committed with each checkpoint
        property enable.auto.commit x;
                 ^~~~~~~~~~~~~~~~~~
weir.conf:11:18: error: property "enable.auto.offset.store" cannot be set: offsets are committed with each checkpoint
        property enable.auto.offset.store x;
                 ^~~~~~~~~~~~~~~~~~~~~~~~
weir.conf:12:18: error: property "enable.idempotence" cannot be set: it is always on
        property enable.idempotence x;
                 ^~~~~~~~~~~~~~~~~~
weir.conf:13:18: error: property "enable.ssl.certificate.verification" cannot be set: give the authority's certificate with "property ssl.ca.location FILE"
        property enable.ssl.certificate.verification x;
                 ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
weir.conf:14:18: error: property "group.id" cannot be set: say "group"
        property group.id x;
                 ^~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
