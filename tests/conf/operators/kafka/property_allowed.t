Every property that may be set is one that librdkafka has, on both sides (client.dns.lookup since 2.2).
-- conf
load_module kafka.so;
pipeline p {
    source kafka in {
        brokers b:9092; topic t; group g; format line;
        property broker.address.family v4;
        property broker.address.ttl 2000;
        property check.crcs true;
        property client.id weir;
        property client.rack r1;
        property connections.max.idle.ms 2000;
        property debug broker;
        property fetch.error.backoff.ms 2000;
        property fetch.max.bytes 50000000;
        property fetch.message.max.bytes 2000;
        property fetch.min.bytes 2000;
        property fetch.wait.max.ms 2000;
        property max.partition.fetch.bytes 2000;
        property message.max.bytes 1000000;
        property metadata.max.age.ms 2000;
        property queued.max.messages.kbytes 2000;
        property queued.min.messages 2000;
        property receive.message.max.bytes 100000000;
        property reconnect.backoff.max.ms 2000;
        property reconnect.backoff.ms 2000;
        property retry.backoff.ms 2000;
        property sasl.mechanism PLAIN;
        property sasl.mechanisms PLAIN;
        property sasl.password secret;
        property sasl.username u;
        property security.protocol sasl_ssl;
        property socket.connection.setup.timeout.ms 2000;
        property socket.keepalive.enable true;
        property socket.nagle.disable true;
        property socket.receive.buffer.bytes 2000;
        property socket.send.buffer.bytes 2000;
        property socket.timeout.ms 2000;
        property ssl.ca.location /etc/weir/ca.location;
        property ssl.ca.pem x;
        property ssl.certificate.location /etc/weir/certificate.location;
        property ssl.certificate.pem x;
        property ssl.cipher.suites ECDHE-RSA-AES128-GCM-SHA256;
        property ssl.crl.location /etc/weir/crl.location;
        property ssl.curves.list P-256;
        property ssl.key.location /etc/weir/key.location;
        property ssl.key.password pw;
        property ssl.key.pem x;
        property ssl.keystore.location /etc/weir/keystore.location;
        property ssl.keystore.password pw;
        property ssl.sigalgs.list RSA+SHA256;
        property topic.metadata.refresh.interval.ms 2000;
    }
    sink kafka out {
        from in; brokers b:9092; topic u;
        property batch.num.messages 2000;
        property batch.size 2000;
        property broker.address.family v4;
        property broker.address.ttl 2000;
        property client.id weir;
        property client.rack r1;
        property compression.level 3;
        property connections.max.idle.ms 2000;
        property debug broker;
        property delivery.timeout.ms 60000;
        property linger.ms 5;
        property message.max.bytes 1000000;
        property message.timeout.ms 60000;
        property metadata.max.age.ms 2000;
        property queue.buffering.max.kbytes 2000;
        property queue.buffering.max.messages 2000;
        property receive.message.max.bytes 100000000;
        property reconnect.backoff.max.ms 2000;
        property reconnect.backoff.ms 2000;
        property request.timeout.ms 2000;
        property retry.backoff.ms 2000;
        property sasl.mechanism PLAIN;
        property sasl.mechanisms PLAIN;
        property sasl.password secret;
        property sasl.username u;
        property security.protocol sasl_ssl;
        property socket.connection.setup.timeout.ms 2000;
        property socket.keepalive.enable true;
        property socket.nagle.disable true;
        property socket.receive.buffer.bytes 2000;
        property socket.send.buffer.bytes 2000;
        property socket.timeout.ms 2000;
        property ssl.ca.location /etc/weir/ca.location;
        property ssl.ca.pem x;
        property ssl.certificate.location /etc/weir/certificate.location;
        property ssl.certificate.pem x;
        property ssl.cipher.suites ECDHE-RSA-AES128-GCM-SHA256;
        property ssl.crl.location /etc/weir/crl.location;
        property ssl.curves.list P-256;
        property ssl.key.location /etc/weir/key.location;
        property ssl.key.password pw;
        property ssl.key.pem x;
        property ssl.keystore.location /etc/weir/keystore.location;
        property ssl.keystore.password pw;
        property ssl.sigalgs.list RSA+SHA256;
        property topic.metadata.refresh.interval.ms 2000;
    }
}
-- stderr
weir: the configuration file weir.conf syntax is ok
weir: configuration file weir.conf test is successful
-- exit 0
