/* SPDX-License-Identifier: Apache-2.0 */
/* Which properties of librdkafka a conf may set. */
#include "property.h"

#include <stdio.h>
#include <string.h>

#include "client.h"

enum { BOTH = CLIENT_CONSUMER | CLIENT_PRODUCER };

static const struct {
	const char *name;
	uint32_t kinds;
} allowed[] = {
	{"batch.num.messages", CLIENT_PRODUCER},
	{"batch.size", CLIENT_PRODUCER},
	{"broker.address.family", BOTH},
	{"broker.address.ttl", BOTH},
	{"check.crcs", CLIENT_CONSUMER},
	{"client.dns.lookup", BOTH},
	{"client.id", BOTH},
	{"client.rack", BOTH},
	{"compression.level", CLIENT_PRODUCER},
	{"connections.max.idle.ms", BOTH},
	{"debug", BOTH},
	{"delivery.timeout.ms", CLIENT_PRODUCER},
	{"fetch.error.backoff.ms", CLIENT_CONSUMER},
	{"fetch.max.bytes", CLIENT_CONSUMER},
	{"fetch.message.max.bytes", CLIENT_CONSUMER},
	{"fetch.min.bytes", CLIENT_CONSUMER},
	{"fetch.wait.max.ms", CLIENT_CONSUMER},
	{"linger.ms", CLIENT_PRODUCER},
	{"max.partition.fetch.bytes", CLIENT_CONSUMER},
	{"message.max.bytes", BOTH},
	{"message.timeout.ms", CLIENT_PRODUCER},
	{"metadata.max.age.ms", BOTH},
	{"queue.buffering.max.kbytes", CLIENT_PRODUCER},
	{"queue.buffering.max.messages", CLIENT_PRODUCER},
	{"queued.max.messages.kbytes", CLIENT_CONSUMER},
	{"queued.min.messages", CLIENT_CONSUMER},
	{"receive.message.max.bytes", BOTH},
	{"reconnect.backoff.max.ms", BOTH},
	{"reconnect.backoff.ms", BOTH},
	{"request.timeout.ms", CLIENT_PRODUCER},
	{"retry.backoff.ms", BOTH},
	{"sasl.mechanism", BOTH},
	{"sasl.mechanisms", BOTH},
	{"sasl.password", BOTH},
	{"sasl.username", BOTH},
	{"security.protocol", BOTH},
	{"socket.connection.setup.timeout.ms", BOTH},
	{"socket.keepalive.enable", BOTH},
	{"socket.nagle.disable", BOTH},
	{"socket.receive.buffer.bytes", BOTH},
	{"socket.send.buffer.bytes", BOTH},
	{"socket.timeout.ms", BOTH},
	{"ssl.ca.location", BOTH},
	{"ssl.ca.pem", BOTH},
	{"ssl.certificate.location", BOTH},
	{"ssl.certificate.pem", BOTH},
	{"ssl.cipher.suites", BOTH},
	{"ssl.crl.location", BOTH},
	{"ssl.curves.list", BOTH},
	{"ssl.key.location", BOTH},
	{"ssl.key.password", BOTH},
	{"ssl.key.pem", BOTH},
	{"ssl.keystore.location", BOTH},
	{"ssl.keystore.password", BOTH},
	{"ssl.sigalgs.list", BOTH},
	{"topic.metadata.refresh.interval.ms", BOTH},
};

/* Those that people try, with what to do instead. */
static const struct {
	const char *name, *instead;
} refused[] = {
	{"acks", "every record is acknowledged by all replicas in sync"},
	{"auto.offset.reset", "say \"start\""},
	{"bootstrap.servers", "say \"brokers\""},
	{"compression.codec", "say \"compression\""},
	{"compression.type", "say \"compression\""},
	{"enable.auto.commit", "offsets are committed with each checkpoint"},
	{"enable.auto.offset.store", "offsets are committed with each checkpoint"},
	{"enable.idempotence", "it is always on"},
	{"enable.ssl.certificate.verification", "give the authority's certificate with "
						"\"property ssl.ca.location FILE\""},
	{"group.id", "say \"group\""},
	{"isolation.level", "say \"isolation\""},
	{"metadata.broker.list", "say \"brokers\""},
	{"partitioner", "say \"partitioner\""},
	{"request.required.acks", "every record is acknowledged by all replicas in sync"},
	{"sasl.kerberos.kinit.cmd", "it runs a program"},
	{"sasl.oauthbearer.token.endpoint.url", "it is not supported"},
	{"ssl.endpoint.identification.algorithm", "the broker's name is always checked"},
	{"ssl.engine.location", "it loads code into the process"},
	{"ssl.providers", "it loads code into the process"},
	{"transaction.timeout.ms", "say \"transaction_timeout\""},
	{"transactional.id", "say \"transactional_id\""},
};

int
property_check(const char *name, uint32_t kind, char *why, size_t size)
{
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
		if (strcmp(allowed[i].name, name) != 0)
			continue;
		if ((allowed[i].kinds & kind) != 0)
			return 0;
		snprintf(why, size, "property \"%s\" is of %s", name,
			kind == CLIENT_CONSUMER ? "producers; a source has none"
						: "consumers; a sink has none");
		return -1;
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (strcmp(refused[i].name, name) == 0) {
			snprintf(why, size, "property \"%s\" cannot be set: %s", name,
				refused[i].instead);
			return -1;
		}
	snprintf(why, size,
		"property \"%s\" is not one that a conf may set; plugins/kafka/README.md lists "
		"them",
		name);
	return -1;
}
