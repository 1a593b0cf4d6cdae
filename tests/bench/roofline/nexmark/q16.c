/* SPDX-License-Identifier: Apache-2.0 */
/* q16, statistics of bids per channel and day. */
#include "statistics.h"

/* A channel of a day; a is the hash of its name, and those of equal hash stand one behind the
 * other, by b. */
struct group {
	struct slot slot;
	size_t first; /* a bid of it */
	int64_t day, minute;
	struct statistics s;
};

static uint64_t
hash_text(const struct texts *texts, size_t i)
{
	const struct column_view *view = &texts->view[i];
	uint64_t word[2];
	uint64_t h = view->len;

	if (view->len <= 12) {
		memcpy(word, view, sizeof word);
		return word[0] * UINT64_C(0x9e3779b97f4a7c15) ^ word[1];
	}
	for (uint32_t k = 0; k < view->len; k++)
		h = (h ^ (uint8_t)text_at(texts, i)[k]) * 0x100000001b3;
	return h;
}

static struct group *
group_of(struct table *groups, const struct events *e, size_t i)
{
	const struct texts *name = &e->channel;
	int64_t day = day_of(e->ts[i]), hash = (int64_t)hash_text(name, i);

	for (int64_t other = 0;; other++) {
		struct group *g = table_at(groups, hash, day << 16 | other);

		if (g->s.bids[0] == 0) {
			g->first = i;
			g->day = day;
		}
		if (name->view[g->first].len == name->view[i].len &&
			memcmp(text_at(name, g->first), text_at(name, i), name->view[i].len) == 0)
			return g;
	}
}

static void
query(const struct events *e, struct result *r)
{
	struct table groups = table_new(sizeof(struct group), FIRST_SLOTS);
	struct table bidders = table_new(sizeof(struct met), FIRST_SLOTS);
	struct table auctions = table_new(sizeof(struct met), FIRST_SLOTS);
	struct group *g;

	for (size_t i = 0; i < e->n; i++) {
		int64_t minute = e->ts[i] / (INT64_C(60) * SECOND) % (24 * 60);

		if (e->type[i] != BID)
			continue;
		g = group_of(&groups, e, i);
		g->minute = minute > g->minute ? minute : g->minute;
		statistics_add(&g->s, &bidders, &auctions, (int64_t)g->first, e, i);
	}
	for (uint32_t i = 0; (g = table_next(&groups, &i)) != NULL;) {
		char minute[32];

		row_begin(r);
		row_column(r, &e->channel, g->first);
		row_day(r, g->day);
		snprintf(minute, sizeof minute, "%02d:%02d", (int)(g->minute / 60),
			(int)(g->minute % 60));
		row_text(r, minute, 5);
		row_statistics(r, &g->s);
		row_end(r);
	}
	free(groups.slots);
	free(bidders.slots);
	free(auctions.slots);
}
