/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and positions of partitions, as the host keeps them: `topic/3`, and `OFFSET CLUSTER GROUP`,
 * so that whoever reads a position knows what it is about.
 */
#ifndef KAFKA_POSITION_H
#define KAFKA_POSITION_H

#include <weir/weir.h>

enum { POSITION_TEXT = 400 };

struct position {
	int64_t offset;
	struct weir_str cluster, group;
};

/* 0 or -EINVAL; cluster and group point into the text. */
int position_read(struct weir_str text, struct position *position);
uint32_t position_text(
	char text[POSITION_TEXT], int64_t offset, const char *cluster, struct weir_str group);
int position_is_of(const struct position *position, const char *cluster);
int position_same_group(const struct position *a, const struct position *b);

/* 0 or -EINVAL; *topic is to be freed. */
int position_name_read(struct weir_str name, char **topic, int32_t *partition);

#endif
