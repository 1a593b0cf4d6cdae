/* SPDX-License-Identifier: Apache-2.0 */
/* Where a group stands; see group.h. */
#include "group.h"

#include <stdlib.h>
#include <string.h>

/*
 * The partition with the highest epoch: the topic may have been another one then.  The error of a
 * partition, if there is one: nothing is known then.
 */
static rd_kafka_resp_err_t
read_tag(const rd_kafka_topic_partition_list_t *list, uint64_t *epoch, char **tag)
{
	const rd_kafka_topic_partition_t *last = NULL;

	for (int i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &list->elems[i];

		if (p->err != 0)
			return p->err;
		if (p->offset > 0 && (last == NULL || p->offset > last->offset))
			last = p;
	}
	free(*tag);
	*epoch = last != NULL ? (uint64_t)last->offset : 0;
	*tag = last != NULL && last->metadata != NULL ? strndup(last->metadata, last->metadata_size)
						      : strdup("");
	return *tag != NULL ? 0 : RD_KAFKA_RESP_ERR__FAIL;
}

static rd_kafka_resp_err_t
read_group(rd_kafka_event_t *event, uint64_t *epoch, char **tag)
{
	const rd_kafka_topic_partition_list_t *list;
	const rd_kafka_group_result_t **groups;
	const rd_kafka_error_t *error;
	size_t n;

	if (rd_kafka_event_error(event) != 0)
		return rd_kafka_event_error(event);
	groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
		rd_kafka_event_ListConsumerGroupOffsets_result(event), &n);
	if (n != 1)
		return RD_KAFKA_RESP_ERR__BAD_MSG;
	error = rd_kafka_group_result_error(groups[0]);
	if (error != NULL)
		return rd_kafka_error_code(error);
	list = rd_kafka_group_result_partitions(groups[0]);
	return list != NULL ? read_tag(list, epoch, tag) : RD_KAFKA_RESP_ERR__BAD_MSG;
}

static rd_kafka_ListConsumerGroupOffsets_t *
question(const char *group, const char *topic)
{
	rd_kafka_ListConsumerGroupOffsets_t *what;
	rd_kafka_topic_partition_list_t *named;

	if (topic == NULL)
		return rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
	named = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(named, topic, 0);
	what = rd_kafka_ListConsumerGroupOffsets_new(group, named);
	rd_kafka_topic_partition_list_destroy(named);
	return what;
}

rd_kafka_resp_err_t
group_ask(rd_kafka_t *rk, const char *group, const char *topic, int stable, uint64_t *epoch,
	char **tag)
{
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
	rd_kafka_ListConsumerGroupOffsets_t *what = question(group, topic);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
	rd_kafka_event_t *event;
	char why[128];

	rd_kafka_error_destroy(rd_kafka_AdminOptions_set_require_stable_offsets(options, stable));
	rd_kafka_AdminOptions_set_request_timeout(options, KAFKA_TIMEOUT_MS, why, sizeof why);
	rd_kafka_ListConsumerGroupOffsets(rk, &what, 1, options, queue);
	event = rd_kafka_queue_poll(queue, 2 * KAFKA_TIMEOUT_MS);
	if (event != NULL) {
		code = read_group(event, epoch, tag);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_ListConsumerGroupOffsets_destroy(what);
	rd_kafka_AdminOptions_destroy(options);
	return code;
}
