/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long records are under way from one topic to another, at a given rate whatever becomes of
 * them: each says when it was due, and counts from then on (no coordinated omission), until a
 * reader here has it that sees what is committed.  Prints how many came, and percentiles.
 *
 * usage: kafka_pace BROKERS FROM TO RATE SECONDS
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAD = 200, WARM_SECONDS = 3, PATIENCE_NS = 1000000000 };

struct pace {
	const char *brokers, *topic;
	double rate;
	int64_t start, n;
};

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static rd_kafka_t *
client(rd_kafka_type_t type, const char *brokers, const char *const *set)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
	for (; *set != NULL; set += 2)
		rd_kafka_conf_set(conf, set[0], set[1], why, sizeof why);
	rk = rd_kafka_new(type, conf, why, sizeof why);
	if (rk == NULL)
		exit((fprintf(stderr, "%s\n", why), 2));
	return rk;
}

/* [thread] */
static void *
send_all(void *arg)
{
	static const char *const set[] = {"linger.ms", "1", "queue.buffering.max.messages",
		"10000000", "socket.nagle.disable", "true", NULL};
	const struct pace *pace = arg;
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, pace->brokers, set);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, pace->topic, NULL);
	char pad[PAD + 1], text[PAD + 64];

	memset(pad, 'x', PAD);
	pad[PAD] = '\0';
	for (int64_t i = 0; i < pace->n; i++) {
		int64_t due = pace->start + (int64_t)((double)i / pace->rate * 1e9);
		struct timespec ts = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
		int len = snprintf(
			text, sizeof text, "{\"due\":%" PRId64 ",\"pad\":\"%s\"}", due, pad);

		if (now() < due)
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, text,
			(size_t)len, NULL, 0, NULL);
		if (i % 64 == 0)
			rd_kafka_poll(rk, 0);
	}
	rd_kafka_flush(rk, 60000);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(rk);
	return NULL;
}

static rd_kafka_t *
open_reader(const char *brokers, const char *topic)
{
	static const char *const set[] = {"group.id", "pace", "enable.auto.commit", "false",
		"isolation.level", "read_committed", "fetch.wait.max.ms", "100", NULL};
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, brokers, set);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	const struct rd_kafka_metadata *metadata;

	if (rd_kafka_metadata(rk, 0, rkt, &metadata, 30000) != 0)
		exit((fprintf(stderr, "no metadata\n"), 2));
	for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset =
			RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, list);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_topic_partition_list_destroy(list);
	return rk;
}

static int
ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The first seconds are not counted: connections and caches are made then. */
static void
report(int64_t *lags, int64_t n, int64_t sent)
{
	static const double at[] = {0.5, 0.9, 0.99, 0.999, 1};

	qsort(lags, (size_t)n, sizeof *lags, ascending);
	printf("%" PRId64 " of %" PRId64 "; lag ms: ", n, sent);
	for (size_t i = 0; i < sizeof at / sizeof at[0] && n > 0; i++)
		printf("%sp%g %.1f", i > 0 ? " " : "", at[i] * 100,
			(double)lags[(int64_t)((double)(n - 1) * at[i])] / 1e6);
	printf("\n");
}

int
main(int argc, char **argv)
{
	struct pace pace;
	pthread_t thread;
	rd_kafka_t *rk;
	int64_t *lags, n = 0, counted, came = 0, last;

	if (argc != 6)
		return fprintf(stderr, "usage: kafka_pace BROKERS FROM TO RATE SECONDS\n"), 2;
	pace = (struct pace){.brokers = argv[1], .topic = argv[2], .rate = strtod(argv[4], NULL)};
	pace.n = (int64_t)(pace.rate * (strtod(argv[5], NULL) + WARM_SECONDS));
	counted = pace.n - (int64_t)(pace.rate * WARM_SECONDS);
	lags = calloc((size_t)pace.n, sizeof *lags);
	rk = open_reader(argv[1], argv[3]);
	pace.start = last = now() + 100000000;
	if (lags == NULL || pthread_create(&thread, NULL, send_all, &pace) != 0)
		return 2;
	while (came < pace.n && now() - last < 60 * (int64_t)PATIENCE_NS) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 100);
		const char *due;

		if (m == NULL)
			continue;
		due = m->err == 0 ? memmem(m->payload, m->len, "\"due\":", 6) : NULL;
		if (due != NULL) {
			int64_t t = strtoll(due + 6, NULL, 10);

			last = now();
			came++;
			if (t >= pace.start + (int64_t)WARM_SECONDS * 1000000000)
				lags[n++] = last - t;
		}
		rd_kafka_message_destroy(m);
	}
	pthread_join(thread, NULL);
	report(lags, n, counted);
	rd_kafka_destroy(rk);
	free(lags);
	return came != pace.n;
}
