/* SPDX-License-Identifier: Apache-2.0 */
/* Names and positions of partitions. */
#include "position.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Digits up to `end`.  < 0: there is something else. */
static int64_t
read_number(const char *p, const char *end)
{
	int64_t n = 0;

	if (p == end)
		return -1;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' || n > (INT64_MAX - 9) / 10)
			return -1;
		n = n * 10 + (*p - '0');
	}
	return n;
}

int
position_read(struct weir_str text, struct position *position)
{
	const char *end = text.p + text.len, *cluster, *group;

	cluster = text.p != NULL ? memchr(text.p, ' ', text.len) : NULL;
	if (cluster++ == NULL)
		return -EINVAL;
	group = memchr(cluster, ' ', (size_t)(end - cluster));
	if (group++ == NULL)
		return -EINVAL;
	position->offset = read_number(text.p, cluster - 1);
	position->cluster = (struct weir_str){.p = cluster, .len = (uint32_t)(group - 1 - cluster)};
	position->group = (struct weir_str){.p = group, .len = (uint32_t)(end - group)};
	return position->offset < 0 ? -EINVAL : 0;
}

uint32_t
position_text(char text[POSITION_TEXT], int64_t offset, const char *cluster, struct weir_str group)
{
	int n = snprintf(text, POSITION_TEXT, "%" PRId64 " %s %.*s", offset, cluster,
		(int)group.len, group.p);

	return n < POSITION_TEXT ? (uint32_t)n : POSITION_TEXT - 1;
}

int
position_is_of(const struct position *position, const char *cluster)
{
	return position->cluster.len == strlen(cluster) &&
	       memcmp(position->cluster.p, cluster, position->cluster.len) == 0;
}

int
position_same_group(const struct position *a, const struct position *b)
{
	return a->group.len == b->group.len && memcmp(a->group.p, b->group.p, a->group.len) == 0;
}

int
position_name_read(struct weir_str name, char **topic, int32_t *partition)
{
	const char *slash = name.p != NULL ? memrchr(name.p, '/', name.len) : NULL;
	int64_t n = slash != NULL ? read_number(slash + 1, name.p + name.len) : -1;

	if (n < 0 || n > INT32_MAX)
		return -EINVAL;
	*partition = (int32_t)n;
	*topic = strndup(name.p, (size_t)(slash - name.p));
	return *topic != NULL ? 0 : -ENOMEM;
}
