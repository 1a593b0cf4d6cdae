/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of the rows that a source makes: their names and positions, and who has which. */
#include "shares.h"

#include <inttypes.h>
#include <stdlib.h>

void
shares_announce(struct weir_task *task)
{
	char name[32];
	uint32_t i;

	for (i = 0; task->subtask == 0 && i < task->parallelism; i++) {
		int len = snprintf(name, sizeof name, "%u/%u", i, task->parallelism);

		task->host->partition(task, (struct weir_str){.p = name, .len = (uint32_t)len});
	}
}

/* Digits at *p, which moves behind them; -1: there are none, or too many. */
static int
take_number(const char **p, const char *end, uint64_t *value)
{
	const char *start = *p;

	for (*value = 0; *p < end && **p >= '0' && **p <= '9'; ++*p)
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, (uint64_t)(**p - '0'), value))
			return -1;
	return *p == start ? -1 : 0;
}

/* -1: these are no name and position of a share. */
static int
share_read(struct share *share, uint64_t block, struct weir_str name, struct weir_str pos)
{
	const char *p = name.p, *end = name.p + name.len;
	uint64_t first;

	if (take_number(&p, end, &first) < 0 || p == end || *p++ != '/' ||
		take_number(&p, end, &share->stride) < 0 || p != end || first >= share->stride)
		return -1;
	share->at = first * block;
	if (pos.p == NULL)
		return 0;
	p = pos.p;
	end = pos.p + pos.len;
	if (take_number(&p, end, &share->at) < 0 || p != end)
		return -1;
	return share->at / block % share->stride == first ? 0 : -1;
}

struct share *
share_add(struct share **shares, size_t size, uint64_t block, struct weir_task *task,
	uint32_t number, struct weir_str name, struct weir_str pos)
{
	struct share *share = calloc(1, size);

	if (share == NULL) {
		weir_fail(task->err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (share_read(share, block, name, pos) < 0) {
		free(share);
		weir_fail(task->err, -EINVAL,
			"there is no partition \"%.*s\" that stands at \"%.*s\"", (int)name.len,
			name.p, (int)pos.len, pos.p != NULL ? pos.p : "");
		return NULL;
	}
	share->number = number;
	share->next = *shares;
	*shares = share;
	return share;
}

void
share_drop(struct share **shares, uint32_t number)
{
	struct share *share;

	while (*shares != NULL && (*shares)->number != number)
		shares = &(*shares)->next;
	share = *shares;
	if (share != NULL) {
		*shares = share->next;
		free(share);
	}
}

void
shares_free(struct share **shares)
{
	while (*shares != NULL)
		share_drop(shares, (*shares)->number);
}

struct share *
shares_next(struct share *shares)
{
	struct share *share, *best = NULL;

	for (share = shares; share != NULL; share = share->next)
		if (best == NULL || share->at < best->at)
			best = share;
	return best;
}

void
share_position(const struct share *share, struct weir_task *task)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%" PRIu64, share->at);

	task->host->position(
		task, share->number, (struct weir_str){.p = text, .len = (uint32_t)len});
}
