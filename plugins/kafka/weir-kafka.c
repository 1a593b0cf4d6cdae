/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at the brokers, for people who have no other client at hand.  `weir kafka` runs it: a
 * program of its own, for the host neither knows Kafka nor loads librdkafka.
 *
 * usage: weir-kafka [-b HOST:PORT,...] [-X PROPERTY=VALUE]... topics | groups | lag GROUP |
 *        txn [TOPIC...]
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 10000, SETTINGS = 64 };

struct look {
	const char *brokers;
	const char *name[SETTINGS], *value[SETTINGS];
	int n;
};

static const char usage[] =
	"usage: weir kafka [-b HOST:PORT,...] [-X PROPERTY=VALUE]... COMMAND\n"
	"  topics        each topic, its partitions and how many offsets they span\n"
	"  groups        each group and its state\n"
	"  lag GROUP     where a group stands, and how many offsets are behind that\n"
	"  txn [TOPIC..] what transactions of pipelines decided last, and where one is open\n";

__attribute__((noreturn)) static void
die(const char *what, const char *why)
{
	fprintf(stderr, "weir kafka: %s: %s\n", what, why);
	exit(1);
}

static void
check(const char *what, rd_kafka_resp_err_t code)
{
	if (code != 0)
		die(what, rd_kafka_err2str(code));
}

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[256];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
		die(name, why);
}

static rd_kafka_t *
client(const struct look *look, const char *isolation)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	set(conf, "bootstrap.servers", look->brokers);
	set(conf, "group.id", "weir-kafka");
	set(conf, "isolation.level", isolation);
	for (int i = 0; i < look->n; i++)
		set(conf, look->name[i], look->value[i]);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
	if (rk == NULL)
		die("client", why);
	return rk;
}

static const struct rd_kafka_metadata *
metadata_of(rd_kafka_t *rk)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &metadata, TIMEOUT_MS);

	if (code != 0)
		die("no broker answers; see that they run and can be reached from here",
			rd_kafka_err2str(code));
	return metadata;
}

static void
topics(const struct look *look)
{
	rd_kafka_t *rk = client(look, "read_uncommitted");
	const struct rd_kafka_metadata *metadata = metadata_of(rk);

	for (int i = 0; i < metadata->topic_cnt; i++) {
		const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];
		int64_t low, high, sum = 0;

		for (int p = 0; p < topic->partition_cnt; p++) {
			check(topic->topic, rd_kafka_query_watermark_offsets(
						    rk, topic->topic, p, &low, &high, TIMEOUT_MS));
			sum += high - low;
		}
		printf("%s partitions=%d offsets=%" PRId64 "\n", topic->topic, topic->partition_cnt,
			sum);
	}
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_destroy(rk);
}

static const struct rd_kafka_group_list *
groups_of(rd_kafka_t *rk)
{
	const struct rd_kafka_group_list *list;

	check("groups", rd_kafka_list_groups(rk, NULL, &list, TIMEOUT_MS));
	return list;
}

static void
groups(const struct look *look)
{
	rd_kafka_t *rk = client(look, "read_committed");
	const struct rd_kafka_group_list *list = groups_of(rk);

	for (int i = 0; i < list->group_cnt; i++)
		printf("%s state=%s members=%d\n", list->groups[i].group, list->groups[i].state,
			list->groups[i].member_cnt);
	rd_kafka_group_list_destroy(list);
	rd_kafka_destroy(rk);
}

/* Where a group stands; what for partitions is up to each. */
static void
each_offset(rd_kafka_t *rk, const char *group,
	void (*each)(rd_kafka_t *, const rd_kafka_topic_partition_t *))
{
	rd_kafka_ListConsumerGroupOffsets_t *what =
		rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	const rd_kafka_group_result_t **results;
	const rd_kafka_topic_partition_list_t *list;
	rd_kafka_event_t *event;
	size_t n;

	rd_kafka_ListConsumerGroupOffsets(rk, &what, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
	check(group, event != NULL ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT);
	results = rd_kafka_ListConsumerGroupOffsets_result_groups(
		rd_kafka_event_ListConsumerGroupOffsets_result(event), &n);
	list = n == 1 ? rd_kafka_group_result_partitions(results[0]) : NULL;
	for (int i = 0; list != NULL && i < list->cnt; i++)
		each(rk, &list->elems[i]);
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_ListConsumerGroupOffsets_destroy(what);
}

static void
print_lag(rd_kafka_t *rk, const rd_kafka_topic_partition_t *p)
{
	int64_t low, high;
	rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
		rk, p->topic, p->partition, &low, &high, TIMEOUT_MS);

	if (code != 0)
		printf("%s/%d offset=%" PRId64 " %s\n", p->topic, p->partition, p->offset,
			rd_kafka_err2str(code));
	else
		printf("%s/%d offset=%" PRId64 " end=%" PRId64 " lag=%" PRId64 "\n", p->topic,
			p->partition, p->offset, high, high - p->offset);
}

static void
lag(const struct look *look, const char *group)
{
	rd_kafka_t *rk = client(look, "read_committed");

	each_offset(rk, group, print_lag);
	rd_kafka_destroy(rk);
}

static void
print_decision(rd_kafka_t *rk, const rd_kafka_topic_partition_t *p)
{
	(void)rk;
	printf(" epoch=%" PRId64 " at=%s/%d tag=\"%.*s\"", p->offset, p->topic, p->partition,
		(int)p->metadata_size, p->metadata != NULL ? (const char *)p->metadata : "");
}

static void
print_decisions(rd_kafka_t *rk)
{
	static const char prefix[] = "weir.";
	const struct rd_kafka_group_list *list = groups_of(rk);

	for (int i = 0; i < list->group_cnt; i++) {
		const char *name = list->groups[i].group;

		if (strncmp(name, prefix, sizeof prefix - 1) != 0)
			continue;
		printf("%s", name + sizeof prefix - 1);
		each_offset(rk, name, print_decision);
		printf("\n");
	}
	rd_kafka_group_list_destroy(list);
}

static int
is_asked(const char *topic, char **names)
{
	if (*names == NULL)
		return strncmp(topic, "__", 2) != 0;
	for (; *names != NULL; names++)
		if (strcmp(*names, topic) == 0)
			return 1;
	return 0;
}

/* What is committed ends before what is there. */
static void
txn(const struct look *look, char **names)
{
	rd_kafka_t *committed = client(look, "read_committed"),
		   *all = client(look, "read_uncommitted");
	const struct rd_kafka_metadata *metadata = metadata_of(all);

	print_decisions(committed);
	for (int i = 0; i < metadata->topic_cnt; i++) {
		const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];
		int64_t low, stable, high;

		for (int p = 0; is_asked(topic->topic, names) && p < topic->partition_cnt; p++) {
			check(topic->topic, rd_kafka_query_watermark_offsets(committed,
						    topic->topic, p, &low, &stable, TIMEOUT_MS));
			check(topic->topic, rd_kafka_query_watermark_offsets(
						    all, topic->topic, p, &low, &high, TIMEOUT_MS));
			if (stable < high)
				printf("%s/%d open from=%" PRId64 " end=%" PRId64 "\n",
					topic->topic, p, stable, high);
		}
	}
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_destroy(committed);
	rd_kafka_destroy(all);
}

static int
wrong(void)
{
	fputs(usage, stderr);
	return 1;
}

int
main(int argc, char **argv)
{
	struct look look = {.brokers = "127.0.0.1:9092"};
	char *value;
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "-b") == 0) {
			look.brokers = argv[i + 1];
		} else if (strcmp(argv[i], "-X") == 0 && look.n < SETTINGS &&
			   (value = strchr(argv[i + 1], '=')) != NULL) {
			*value = '\0';
			look.name[look.n] = argv[i + 1];
			look.value[look.n++] = value + 1;
		} else {
			return wrong();
		}
	}
	if (i + 1 == argc && strcmp(argv[i], "topics") == 0)
		topics(&look);
	else if (i + 1 == argc && strcmp(argv[i], "groups") == 0)
		groups(&look);
	else if (i + 2 == argc && strcmp(argv[i], "lag") == 0)
		lag(&look, argv[i + 1]);
	else if (i < argc && strcmp(argv[i], "txn") == 0)
		txn(&look, argv + i + 1);
	else
		return wrong();
	return 0;
}
