/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests need of a broker and kcat does not do.
 *
 * usage: tool BROKERS create TOPIC PARTITIONS REPLICAS | grow TOPIC PARTITIONS | delete TOPIC
 *        tool BROKERS truncate TOPIC PARTITION OFFSET    removes the records before it
 *        tool BROKERS transaction ID TOPIC commit|abort|leave RECORD...
 *        tool BROKERS committed GROUP TOPIC PARTITIONS   prints OFFSET METADATA for each
 *        tool BROKERS commit GROUP TOPIC PARTITION OFFSET
 *        tool BROKERS tombstone TOPIC KEY
 *        tool BROKERS forget GROUP                       deletes it
 *        tool BROKERS hanging TOPIC                      partitions with an open transaction
 *        tool BROKERS allow USER Read|Write|Describe topic|group NAME
 *        tool - mock old|fickle|leaderless               is a broker without transactions of
 *                                                        groups; whose coordinator moves; whose
 *                                                        partitions have no leader for a while
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 30000 };

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "tool: %s: %s\n", what, why);
	exit(1);
}

static void
check(const char *what, rd_kafka_resp_err_t code)
{
	if (code != 0)
		die(what, rd_kafka_err2str(code));
}

static void
check_error(const char *what, const rd_kafka_error_t *error)
{
	if (error != NULL)
		die(what, rd_kafka_error_string(error));
}

static rd_kafka_t *
client(rd_kafka_type_t type, const char *brokers, const char *const *set)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
	for (; set != NULL && *set != NULL; set += 2)
		if (rd_kafka_conf_set(conf, set[0], set[1], why, sizeof why) != RD_KAFKA_CONF_OK)
			die(set[0], why);
	rk = rd_kafka_new(type, conf, why, sizeof why);
	if (rk == NULL)
		die("rd_kafka_new()", why);
	return rk;
}

/* Waits for the answer to an admin request, and for every topic in it. */
static void
finish(const char *what, rd_kafka_queue_t *queue)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
	const rd_kafka_topic_result_t **results = NULL;
	size_t n = 0;

	if (event == NULL)
		die(what, "no answer");
	check(what, rd_kafka_event_error(event));
	if (rd_kafka_event_CreateTopics_result(event) != NULL)
		results = rd_kafka_CreateTopics_result_topics(
			rd_kafka_event_CreateTopics_result(event), &n);
	else if (rd_kafka_event_DeleteTopics_result(event) != NULL)
		results = rd_kafka_DeleteTopics_result_topics(
			rd_kafka_event_DeleteTopics_result(event), &n);
	else if (rd_kafka_event_CreatePartitions_result(event) != NULL)
		results = rd_kafka_CreatePartitions_result_topics(
			rd_kafka_event_CreatePartitions_result(event), &n);
	for (size_t i = 0; i < n; i++)
		check(what, rd_kafka_topic_result_error(results[i]));
	if (rd_kafka_event_CreateAcls_result(event) != NULL) {
		const rd_kafka_acl_result_t **acls = rd_kafka_CreateAcls_result_acls(
			rd_kafka_event_CreateAcls_result(event), &n);

		for (size_t i = 0; i < n; i++)
			check_error(what, rd_kafka_acl_result_error(acls[i]));
	}
	if (rd_kafka_event_DeleteGroups_result(event) != NULL) {
		const rd_kafka_group_result_t **groups = rd_kafka_DeleteGroups_result_groups(
			rd_kafka_event_DeleteGroups_result(event), &n);

		for (size_t i = 0; i < n; i++)
			check_error(what, rd_kafka_group_result_error(groups[i]));
	}
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
}

/* What was made at the controller is known to a busy broker a moment later. */
static void
wait_for_topic(rd_kafka_t *rk, const char *name)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *metadata;
	int is_there = 0;

	while (!is_there) {
		check("metadata()", rd_kafka_metadata(rk, 0, topic, &metadata, TIMEOUT_MS));
		is_there = metadata->topics[0].err == 0 && metadata->topics[0].partition_cnt > 0;
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(topic);
}

static void
topics(rd_kafka_t *rk, char **arg)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	char why[256];

	if (strcmp(arg[0], "create") == 0) {
		rd_kafka_NewTopic_t *topic =
			rd_kafka_NewTopic_new(arg[1], atoi(arg[2]), atoi(arg[3]), why, sizeof why);

		if (topic == NULL)
			die(arg[1], why);
		rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
		rd_kafka_NewTopic_destroy(topic);
	} else if (strcmp(arg[0], "grow") == 0) {
		rd_kafka_NewPartitions_t *more =
			rd_kafka_NewPartitions_new(arg[1], (size_t)atoi(arg[2]), why, sizeof why);

		if (more == NULL)
			die(arg[1], why);
		rd_kafka_CreatePartitions(rk, &more, 1, NULL, queue);
		rd_kafka_NewPartitions_destroy(more);
	} else if (strcmp(arg[0], "delete") == 0) {
		rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(arg[1]);

		rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
		rd_kafka_DeleteTopic_destroy(topic);
	} else {
		rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
		rd_kafka_DeleteRecords_t *records;

		rd_kafka_topic_partition_list_add(list, arg[1], atoi(arg[2]))->offset =
			atoll(arg[3]);
		records = rd_kafka_DeleteRecords_new(list);
		rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
		rd_kafka_DeleteRecords_destroy(records);
		rd_kafka_topic_partition_list_destroy(list);
	}
	finish(arg[0], queue);
	if (strcmp(arg[0], "create") == 0)
		wait_for_topic(rk, arg[1]);
}

/* A record of a topic that has a key only, or a value only. */
static void
produce(rd_kafka_t *rk, const char *topic, rd_kafka_vtype_t part, char *text)
{
	const rd_kafka_vu_t v[] = {
		{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
		{.vtype = part, .u.mem = {text, strlen(text)}},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
	};

	check_error("produceva()", rd_kafka_produceva(rk, v, sizeof v / sizeof v[0]));
}

static void
transaction(const char *brokers, char **arg)
{
	const char *const set[] = {"transactional.id", arg[1], NULL};
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, brokers, set);

	check_error("init_transactions()", rd_kafka_init_transactions(rk, TIMEOUT_MS));
	check_error("begin_transaction()", rd_kafka_begin_transaction(rk));
	for (char **record = arg + 4; *record != NULL; record++)
		produce(rk, arg[2], RD_KAFKA_VTYPE_VALUE, *record);
	check("flush()", rd_kafka_flush(rk, TIMEOUT_MS));
	if (strcmp(arg[3], "leave") == 0)
		_exit(0);
	check_error(arg[3], strcmp(arg[3], "commit") == 0 ? rd_kafka_commit_transaction(rk, -1)
							  : rd_kafka_abort_transaction(rk, -1));
	rd_kafka_destroy(rk);
}

static void
group(const char *brokers, char **arg)
{
	const char *const set[] = {"group.id", arg[1], NULL};
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, brokers, set);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	if (strcmp(arg[0], "commit") == 0) {
		rd_kafka_topic_partition_list_add(list, arg[2], atoi(arg[3]))->offset =
			atoll(arg[4]);
		check("commit()", rd_kafka_commit(rk, list, 0));
	} else {
		rd_kafka_topic_partition_list_add_range(list, arg[2], 0, atoi(arg[3]) - 1);
		check("committed()", rd_kafka_committed(rk, list, TIMEOUT_MS));
		for (int i = 0; i < list->cnt; i++)
			printf("%lld %.*s\n", (long long)list->elems[i].offset,
				(int)list->elems[i].metadata_size, (char *)list->elems[i].metadata);
	}
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
}

static void
tombstone(rd_kafka_t *rk, char **arg)
{
	produce(rk, arg[1], RD_KAFKA_VTYPE_KEY, arg[2]);
	check("flush()", rd_kafka_flush(rk, TIMEOUT_MS));
}

static void
forget(rd_kafka_t *rk, char **arg)
{
	rd_kafka_DeleteGroup_t *group = rd_kafka_DeleteGroup_new(arg[1]);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);

	rd_kafka_DeleteGroups(rk, &group, 1, NULL, queue);
	rd_kafka_DeleteGroup_destroy(group);
	finish(arg[0], queue);
}

static void
allow(rd_kafka_t *rk, char **arg)
{
	rd_kafka_AclOperation_t operation = RD_KAFKA_ACL_OPERATION_READ;
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_AclBinding_t *binding;
	char user[64], why[256];

	if (strcmp(arg[2], "Describe") == 0)
		operation = RD_KAFKA_ACL_OPERATION_DESCRIBE;
	else if (strcmp(arg[2], "Write") == 0)
		operation = RD_KAFKA_ACL_OPERATION_WRITE;
	snprintf(user, sizeof user, "User:%s", arg[1]);
	binding = rd_kafka_AclBinding_new(
		strcmp(arg[3], "topic") == 0 ? RD_KAFKA_RESOURCE_TOPIC : RD_KAFKA_RESOURCE_GROUP,
		arg[4], RD_KAFKA_RESOURCE_PATTERN_LITERAL, user, "*", operation,
		RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why);
	if (binding == NULL)
		die(arg[4], why);
	rd_kafka_CreateAcls(rk, &binding, 1, NULL, queue);
	rd_kafka_AclBinding_destroy(binding);
	finish(arg[0], queue);
}

/* Prints its address, and answers until it is killed. */
__attribute__((noreturn)) static void
mock(const char *kind)
{
	enum { LIST_OFFSETS = 2, OFFSET_FETCH = 9, TXN_OFFSET_COMMIT = 28 };
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, "127.0.0.1:1", NULL);
	rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);

	if (strcmp(kind, "old") == 0)
		check("mock", rd_kafka_mock_set_apiversion(cluster, TXN_OFFSET_COMMIT, 0, 2));
	else if (strcmp(kind, "fickle") == 0)
		rd_kafka_mock_push_request_errors(cluster, OFFSET_FETCH, 2,
			RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
	else
		rd_kafka_mock_push_request_errors(cluster, LIST_OFFSETS, 5,
			RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
			RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
			RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
			RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
			RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH);
	check("mock", rd_kafka_mock_topic_create(cluster, kind, 1, 1));
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	for (;;)
		pause();
}

static int64_t
end_of(const char *brokers, const char *isolation, const char *topic, int32_t partition)
{
	const char *const set[] = {"isolation.level", isolation, NULL};
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, brokers, set);
	int64_t low, high;

	check("query_watermark_offsets()",
		rd_kafka_query_watermark_offsets(rk, topic, partition, &low, &high, TIMEOUT_MS));
	rd_kafka_destroy(rk);
	return high;
}

/* What is committed ends before what is there. */
static void
hanging(const char *brokers, char **arg)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, brokers, NULL);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, arg[1], NULL);
	const struct rd_kafka_metadata *metadata;

	check("metadata()", rd_kafka_metadata(rk, 0, topic, &metadata, TIMEOUT_MS));
	for (int32_t i = 0; i < metadata->topics[0].partition_cnt; i++) {
		int64_t committed = end_of(brokers, "read_committed", arg[1], i);
		int64_t there = end_of(brokers, "read_uncommitted", arg[1], i);

		if (committed < there)
			printf("%s/%d %lld %lld\n", arg[1], i, (long long)committed,
				(long long)there);
	}
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(rk);
}

int
main(int argc, char **argv)
{
	char **arg = argv + 2;
	rd_kafka_t *rk;

	if (argc == 4 && strcmp(arg[0], "mock") == 0)
		mock(arg[1]);
	if (argc < 4)
		die("usage", "see the head of tool.c");
	if (strcmp(arg[0], "transaction") == 0 && argc > 6) {
		transaction(argv[1], arg);
	} else if (strncmp(arg[0], "commit", 6) == 0 && argc > 5) {
		group(argv[1], arg);
	} else if (strcmp(arg[0], "hanging") == 0) {
		hanging(argv[1], arg);
	} else {
		rk = client(RD_KAFKA_PRODUCER, argv[1], NULL);
		if (strcmp(arg[0], "tombstone") == 0 && argc > 4)
			tombstone(rk, arg);
		else if (strcmp(arg[0], "allow") == 0 && argc > 6)
			allow(rk, arg);
		else if (strcmp(arg[0], "forget") == 0)
			forget(rk, arg);
		else if (argc > 4 || strcmp(arg[0], "delete") == 0)
			topics(rk, arg);
		else
			die("usage", "see the head of tool.c");
		rd_kafka_destroy(rk);
	}
	return 0;
}
