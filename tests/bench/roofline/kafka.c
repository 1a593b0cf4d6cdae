/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What librdkafka costs alone: consumes the partitions of a topic to their ends and, with a second
 * topic, produces every other record to it.  Prints records, and CPU seconds of the process.
 *
 * usage: kafka BROKERS TOPIC PARTITIONS [INTO]
 */
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { BATCH = 2000 };

static rd_kafka_t *
client(rd_kafka_type_t type, const char *brokers, const char *const *set)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
	for (; *set != NULL; set += 2)
		if (rd_kafka_conf_set(conf, set[0], set[1], why, sizeof why) != RD_KAFKA_CONF_OK)
			exit((fprintf(stderr, "%s\n", why), 2));
	rk = rd_kafka_new(type, conf, why, sizeof why);
	if (rk == NULL)
		exit((fprintf(stderr, "%s\n", why), 2));
	return rk;
}

static void
produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, rd_kafka_message_t **messages, ssize_t n)
{
	rd_kafka_message_t out[BATCH] = {0};
	int n_out = 0, sent = 0;

	for (ssize_t i = 0; i < n; i += 2)
		out[n_out++] = (rd_kafka_message_t){
			.payload = messages[i]->payload, .len = messages[i]->len};
	while (sent < n_out) {
		sent += rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
			out + sent, n_out - sent);
		rd_kafka_poll(rk, sent < n_out ? 5 : 0);
	}
}

int
main(int argc, char **argv)
{
	static const char *const consumer[] = {"group.id", "roofline", "enable.auto.commit",
		"false", "enable.partition.eof", "true", "auto.offset.reset", "earliest",
		"queued.min.messages", "1000000", "fetch.message.max.bytes", "4194304", NULL};
	static const char *const producer[] = {"linger.ms", "5", "batch.num.messages", "100000",
		"compression.type", "lz4", "enable.idempotence", "true",
		"queue.buffering.max.messages", "1000000", "queue.buffering.max.kbytes", "65536",
		NULL};
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_message_t *messages[BATCH];
	rd_kafka_topic_t *topic = NULL;
	rd_kafka_t *in, *out = NULL;
	rd_kafka_queue_t *queue;
	struct rusage usage;
	uint64_t records = 0, bytes = 0;
	int partitions, ended = 0;

	if (argc < 4)
		return fprintf(stderr, "usage: kafka BROKERS TOPIC PARTITIONS [INTO]\n"), 2;
	partitions = atoi(argv[3]);
	in = client(RD_KAFKA_CONSUMER, argv[1], consumer);
	if (argc > 4) {
		out = client(RD_KAFKA_PRODUCER, argv[1], producer);
		topic = rd_kafka_topic_new(out, argv[4], NULL);
	}
	for (int i = 0; i < partitions; i++)
		rd_kafka_topic_partition_list_add(list, argv[2], i)->offset =
			RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(in, list);
	queue = rd_kafka_queue_get_consumer(in);
	while (ended < partitions) {
		ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, messages, BATCH), kept = 0;

		for (ssize_t i = 0; i < n; i++) {
			if (messages[i]->err != 0) {
				ended += messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
				rd_kafka_message_destroy(messages[i]);
				continue;
			}
			bytes += messages[i]->len;
			messages[kept++] = messages[i];
		}
		records += (uint64_t)kept;
		if (out != NULL && kept > 0)
			produce(out, topic, messages, kept);
		for (ssize_t i = 0; i < kept; i++)
			rd_kafka_message_destroy(messages[i]);
	}
	if (out != NULL)
		rd_kafka_flush(out, 60000);
	getrusage(RUSAGE_SELF, &usage);
	printf("%llu records, %llu bytes, %.3f CPU seconds\n", (unsigned long long)records,
		(unsigned long long)bytes,
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	return 0;
}
