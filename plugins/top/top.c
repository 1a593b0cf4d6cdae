/* SPDX-License-Identifier: Apache-2.0 */
/* top: the first rows of each key, or of each key and window, in an order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "top.h"

/* A hundred years, so that nothing a user means is refused and nothing overflows. */
#define TOP_LENGTH_MAX INT64_C(3155760000000000)
#define TOP_TIME_MAX   (INT64_C(1) << 61)

/* So many rows are compared with what their groups have before those that have a place are put
 * there: of the rows of a group that is new each would have one.  With a limit of one the best of
 * the batch is found first, and all go in one step. */
enum { TOP_STEP = 256 };

enum { TOP_AHEAD = 2 }; /* groups whose rows are brought near before they go out */

static const struct weir_directive top_directives[] = {
	{
		.name = "key",
		.summary = "Expressions whose values group the rows; without it all rows are one "
			   "group.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct top_conf, key),
	},
	{
		.name = "order_by",
		.summary = "What comes first: expressions, each with asc, which goes without "
			   "saying, or desc; nulls come last. Of equal rows the earlier is first.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct top_conf, order_by),
	},
	{
		.name = "limit",
		.summary = "How many rows of a group are kept.",
		.type = WEIR_D_INT,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct top_conf, limit),
		.min = 1,
		.max = TOP_LIMIT_MAX,
	},
	{
		.name = "unique_key",
		.summary = "Expressions that tell rows apart, where the input's rows amend earlier "
			   "ones: a row takes the place of that with the same values.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct top_conf, unique_key),
		.also = "upsert_key primary_key identity",
	},
	{
		.name = "with_ties",
		.summary = "Whether rows that are equal to the last one in order are kept too.",
		.deflt = "off",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct top_conf, keeps_ties),
	},
	{
		.name = "rank",
		.summary = "Name of a column for the place of a row, from 1 on; equal rows share "
			   "one, if ties are kept.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct top_conf, rank),
	},
	{
		.name = "tumbling",
		.summary = "Windows of this length, each with its own first rows, which go out "
			   "when the watermark has passed it.",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct top_conf, tumbling),
		.min = 1000,
		.max = TOP_LENGTH_MAX,
	},
	{
		.name = "late_to",
		.summary = "Name of an output for rows whose window has gone out.",
		.type = WEIR_D_OUTPUT,
		.port = 1,
		.offset = offsetof(struct top_conf, late_to),
	},
	{
		.name = "emit",
		.summary = "Without windows: whether places go out whenever they change, amending "
			   "earlier ones, or once at the end of the input.",
		.deflt = "update",
		.choices = "update end",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct top_conf, emit),
	},
	{.name = NULL},
};

/* A sentence on what does not go together, or NULL. */
static const char *
find_conflict(const struct top_conf *conf)
{
	if (conf->late_to && conf->tumbling == 0)
		return "\"late_to\" is for windows: without \"tumbling\" no row is late";
	if (conf->tumbling != 0 || conf->emit == TOP_EMIT_END)
		return NULL;
	if (conf->rank.p == NULL)
		return "\"emit update\" amends places: name a column for them with \"rank\", or "
		       "say \"emit end\"";
	return conf->keeps_ties
		       ? "\"emit update\" amends places, which ties share: say \"with_ties "
			 "off\" or \"emit end\""
		       : NULL;
}

static int
is_among(const struct weir_list *list, struct weir_str text)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->v[i].len == text.len && memcmp(list->v[i].p, text.p, text.len) == 0)
			return 1;
	return 0;
}

/* The same of an input whose rows amend earlier ones. */
static const char *
find_changes_conflict(const struct top_conf *conf, const struct weir_schema *input)
{
	int amends = input != NULL && input->changes != WEIR_CHANGES_NONE;

	if (!amends)
		return input == NULL || conf->unique_key.n == 0
			       ? NULL
			       : "no row of its input amends another: \"unique_key\" is for those "
				 "that "
				 "do";
	if (conf->unique_key.n == 0)
		return "rows of its input amend earlier ones: say with \"unique_key\" what tells "
		       "them apart, or make plain rows of them with a map: changes_as NAME";
	if (conf->tumbling != 0)
		return "a window of \"tumbling\" goes out once, and rows of its input amend "
		       "earlier "
		       "ones: take \"key window_end\", say, without it";
	if (conf->keeps_ties)
		return "\"with_ties\" is for rows that nothing amends";
	for (uint32_t i = 0; i < conf->key.n; i++)
		if (!is_among(&conf->unique_key, conf->key.v[i]))
			return "a row that is amended stays in its group: name all of \"key\" in "
			       "\"unique_key\", too";
	return NULL;
}

static int
top_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	static const char dropped[] =
		"without late_to, the rows meant for it are counted and dropped";
	const struct weir_str drops = {dropped, sizeof dropped - 1, 0};
	struct top_conf *conf = self;
	const struct weir_schema *input = host->input(plan, 0);
	const uint32_t changes = input != NULL ? input->changes : WEIR_CHANGES_NONE;
	const char *wrong = find_conflict(conf);
	int rc;

	wrong = wrong != NULL ? wrong : find_changes_conflict(conf, input);
	if (wrong != NULL)
		host->problem(plan, 0, wrong);
	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, conf->rank);
	rc = top_order_plan(&conf->order, plan, host, &conf->order_by, 1);
	if (top_order_plan(&conf->unique, plan, host, &conf->unique_key, 0) < 0)
		rc = -EINVAL;
	conf->n_cols = input != NULL ? input->n : 0;
	conf->rank_col = -1;
	if (conf->rank.p != NULL) {
		conf->rank_col = host->add(plan, 0, conf->rank, WEIR_INT64, 0);
		if (conf->rank_col < 0)
			rc = -EINVAL;
	}
	if (conf->late_to)
		host->pass(plan, 1, 0, -1, (struct weir_str){0});
	else if (conf->tumbling != 0)
		host->declare(plan, WEIR_PLAN_NOTE, 0, drops);
	/* Rows that are taken back may leave fewer places; without windows others only fill. */
	if (conf->tumbling != 0 || conf->emit == TOP_EMIT_END)
		host->declare(plan, WEIR_PLAN_INSERTS, 0, (struct weir_str){0});
	else
		host->declare(plan,
			changes == WEIR_CHANGES_TAKE_BACK ? WEIR_PLAN_TAKES_BACK
							  : WEIR_PLAN_CHANGES,
			0, (struct weir_str){0});
	return wrong != NULL ? -EINVAL : rc;
}

static void
top_close(void *self)
{
	struct top *top = self;

	top_upsert_close(top->upsert);
	free(top->keys.bytes);
	free(top->table.spare);
	free(top);
}

static void
hash_order(XXH3_state_t *hash, const struct top_order *order, const struct weir_list *text)
{
	XXH3_64bits_update(hash, order->type, order->n * sizeof *order->type);
	for (uint32_t i = 0; i < text->n; i++) {
		XXH3_64bits_update(hash, &text->v[i].len, sizeof text->v[i].len);
		XXH3_64bits_update(hash, text->v[i].p, text->v[i].len);
	}
}

uint32_t
top_version(const struct top *top)
{
	const struct top_conf *conf = top->conf;
	const uint32_t words[] = {
		top->rows_ext->version(top->rows), (uint32_t)conf->limit, conf->keeps_ties};
	XXH3_state_t hash;

	XXH3_64bits_reset(&hash);
	XXH3_64bits_update(&hash, words, sizeof words);
	XXH3_64bits_update(&hash, &conf->tumbling, sizeof conf->tumbling);
	hash_order(&hash, &conf->order, &conf->order_by);
	hash_order(&hash, &conf->unique, &conf->unique_key);
	return (uint32_t)XXH3_64bits_digest(&hash);
}

/* The table of groups whose rows nothing amends. */
static int
open_table(struct top *top, struct weir_task *task)
{
	const struct top_conf *conf = top->conf;
	struct weir_slot slot;
	struct weir_table_spec spec = {.size = sizeof spec, .n_slots = 1, .slots = &slot};

	top->table.is_few = conf->limit <= TOP_FEW && !conf->keeps_ties;
	if (top_table_slot(&top->table, "rows", &slot) < 0)
		return -1;
	slot.version ^= top_version(top);
	spec.name = conf->tumbling != 0 ? "windows" : "keys";
	spec.flags = conf->tumbling != 0 ? WEIR_BY_NS : WEIR_BY_KEY;
	top->table.table = top->table.ext->open(task, &spec);
	free((void *)(uintptr_t)slot.initial);
	return 0;
}

static int
top_open(const void *self, struct weir_task *task, void **instance)
{
	const struct top_conf *conf = self;
	struct top *top = calloc(1, sizeof *top);
	int rc = 0;

	if (top == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	top->conf = conf;
	top->expr = task->host->extension("weir.expr/1");
	top->rows_ext = task->host->extension("weir.rows/1");
	top->rows = top->rows_ext->open_passed(task, 0);
	top->table.ext = task->host->extension("weir.table/1");
	top->table.limit = (uint32_t)conf->limit;
	top->table.keeps_ties = conf->keeps_ties;
	if (conf->unique_key.n == 0)
		rc = open_table(top, task);
	else if ((top->upsert = top_upsert_open(top, task)) == NULL)
		rc = -1;
	if (rc < 0) {
		free(top);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	top->late_rows = task->host->counter(
		task, "late_rows", "Rows that came after their window had gone out.");
	top->watermark = task->watermark;
	top->target = INT64_MIN;
	*instance = top;
	return WEIR_OK;
}

/* The begin of the window that a time is in. */
static int64_t
window_of(const struct top_conf *conf, int64_t time)
{
	int64_t rest = time % conf->tumbling;

	return time - rest - (rest < 0 ? conf->tumbling : 0);
}

/* The begin of the last window that is over. */
static int64_t
last_window(const struct top_conf *conf, int64_t watermark)
{
	if (watermark < -TOP_TIME_MAX)
		return INT64_MIN;
	if (watermark > 2 * TOP_TIME_MAX)
		return INT64_MAX;
	return window_of(conf, watermark + 1) - conf->tumbling;
}

/* Whether all times are from first to last: one that is not makes a difference negative. */
WEIR_KERNEL static int
all_within(const int64_t *time, uint32_t n, uint64_t first, uint64_t last)
{
	uint64_t outside = 0;

	for (uint32_t i = 0; i < n; i++)
		outside |= ((uint64_t)time[i] - first) | (last - (uint64_t)time[i]);
	return outside >> 63 == 0;
}

/* Whether all of n rows are in one open window, that of the first, which begins at *begin. */
static int
in_one_window(const struct top *top, const int64_t *time, const uint32_t *rows, uint32_t n,
	int64_t *begin)
{
	int64_t last;

	if (n == 0 || time[rows[0]] < -TOP_TIME_MAX || time[rows[0]] > TOP_TIME_MAX)
		return 0;
	*begin = window_of(top->conf, time[rows[0]]);
	last = *begin + top->conf->tumbling - 1;
	if (last <= top->watermark || *begin < -TOP_TIME_MAX || last > TOP_TIME_MAX)
		return 0;
	/* Those of the rows between may be anything, but mostly are not. */
	if (all_within(time + rows[0], rows[n - 1] - rows[0] + 1, (uint64_t)*begin, (uint64_t)last))
		return 1;
	for (uint32_t i = 0; i < n; i++)
		if (time[rows[i]] < *begin || time[rows[i]] > last)
			return 0;
	return 1;
}

/* Of n rows those whose windows are open; gives how many.  ns gets the windows. */
static uint32_t
admit(struct top *top, struct weir_task *task, const struct weir_batch *batch, uint32_t *rows,
	uint32_t n, int64_t *ns)
{
	const struct top_conf *conf = top->conf;
	uint32_t late[WEIR_ROWS_MAX], n_late = 0, n_open = 0;
	int64_t begin; /* of the window of the row before */

	if (in_one_window(top, batch->event_time, rows, n, &begin)) {
		for (uint32_t i = 0; i < n; i++)
			ns[i] = begin;
		return n;
	}
	begin = -2 * TOP_TIME_MAX;
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = batch->event_time[rows[i]];

		if (time < -TOP_TIME_MAX || time > TOP_TIME_MAX) {
			task->host->reject(task, batch, rows[i], "event time is out of range");
			continue;
		}
		if (time < begin || time - begin >= conf->tumbling)
			begin = window_of(conf, time);
		if (begin + conf->tumbling - 1 <= top->watermark) {
			late[n_late++] = rows[i];
			continue;
		}
		ns[n_open] = begin;
		rows[n_open++] = rows[i];
	}
	if (n_late > 0) {
		weir_count(top->late_rows, n_late);
		if (conf->late_to)
			task->host->select(task, 1, batch, late, n_late);
	}
	return n_open;
}

/*
 * A result of a window has the time of its end, so that windows of windows work; another one, if a
 * watermark has passed its row's time, the first that is late for nobody.
 */
static int64_t
result_time(const struct top *top, int64_t time)
{
	if (top->conf->tumbling != 0)
		return window_of(top->conf, time) + top->conf->tumbling - 1;
	return time > top->watermark ? time : top->watermark + 1;
}

void
top_emit(const struct top *top, struct weir_task *task, struct top_results *results)
{
	const struct top_conf *conf = top->conf;
	const struct weir_host *host = task->host;
	const struct weir_batch *batch;
	struct weir_out *out;
	struct weir_vec *rank;
	int64_t time[WEIR_ROWS_MAX];

	if (results->n == 0)
		return;
	batch = top->rows_ext->unpack(top->rows, results->bytes, results->n);
	for (uint32_t i = 0; i < results->n; i++)
		time[i] = result_time(top, batch->event_time[i]);
	out = host->append(task, 0);
	host->rows(out, results->n, time,
		conf->tumbling == 0 && conf->emit == TOP_EMIT_UPDATE ? results->kind : NULL);
	for (uint32_t c = 0; c < conf->n_cols; c++)
		if ((int32_t)c != conf->rank_col)
			host->gather(out, (int32_t)c, batch, (int32_t)c, NULL);
	rank = conf->rank_col >= 0 ? host->vec(out, conf->rank_col) : NULL;
	if (rank != NULL)
		memcpy(rank->values, results->rank, results->n * sizeof *results->rank);
	results->n = 0;
}

/* The rows of a group from one on. */
static uint32_t
collect(const struct top *top, struct weir_task *task, const struct top_group *group, uint32_t from,
	struct top_results *results)
{
	int64_t rank = from + 1;

	for (uint32_t i = from; i < group->n; i++) {
		uint32_t n = results->n++;

		if (!top->conf->keeps_ties || !top_group_is_tie(&top->table, group, i))
			rank = i + 1;
		results->bytes[n] = top_group_row(&top->table, group, i);
		results->rank[n] = rank;
		results->kind[n] = i < group->emitted ? WEIR_UPDATE_AFTER : WEIR_INSERT;
		if (results->n == WEIR_ROWS_MAX)
			top_emit(top, task, results);
	}
	return group->n - from;
}

/* Every place that has another row than went out, of each group of the batch once. */
static void
emit_updates(const struct top *top, struct weir_task *task, void *const *row, uint32_t n)
{
	struct top_results results = {.n = 0};

	for (uint32_t i = 0; i < n; i++) {
		struct top_group *group = top_table_group(&top->table, row[i]);

		if (group->changed >= group->n)
			continue;
		collect(top, task, group, group->changed, &results);
		group->emitted = (uint16_t)group->n;
		group->changed = UINT16_MAX;
	}
	top_emit(top, task, &results);
}

/* Rows of a batch on their way into their groups, with their order bytes. */
struct coming {
	uint32_t n;
	uint32_t rows[WEIR_ROWS_MAX];
	struct top_group *group[WEIR_ROWS_MAX];
	struct weir_str key[WEIR_ROWS_MAX];
};

static void
coming_keep(struct coming *coming, uint32_t n, uint32_t i)
{
	coming->rows[n] = coming->rows[i];
	coming->group[n] = coming->group[i];
	coming->key[n] = coming->key[i];
}

/* Of the rows of each group only the one that comes first. */
static void
keep_best(struct coming *coming)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < coming->n; i++) {
		struct top_group *group = coming->group[i];

		if (group->best == 0 ||
			top_key_compare(coming->key[i], coming->key[group->best - 1]) < 0)
			group->best = i + 1;
	}
	for (uint32_t i = 0; i < coming->n; i++) {
		if (coming->group[i]->best != i + 1)
			continue;
		coming->group[i]->best = 0;
		coming_keep(coming, n++, i);
	}
	coming->n = n;
}

/* Those that have a place in their group as it is. */
static void
keep_placed(const struct top *top, struct coming *coming)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < coming->n; i++)
		if (top_group_takes(&top->table, coming->group[i], coming->key[i]))
			coming_keep(coming, n++, i);
	coming->n = n;
}

/* Writes each row where it is kept, once its place is known. */
static int
put_rows(struct top *top, const struct weir_batch *batch, const struct coming *coming)
{
	uint32_t size[WEIR_ROWS_MAX];
	char *place;

	top->rows_ext->sizes(top->rows, batch, coming->rows, coming->n, size);
	for (uint32_t i = 0; i < coming->n; i++) {
		int rc = top_group_add(
			&top->table, coming->group[i], coming->key[i], size[i], &place);

		if (rc < 0)
			return -1;
		if (rc > 0)
			top->rows_ext->write(top->rows, coming->rows[i], place);
	}
	return 0;
}

/* Puts those rows into their groups that have a place there. */
static int
add_rows(struct top *top, const struct weir_batch *batch, const struct weir_column *const *cols,
	struct coming *coming)
{
	if (top_keys_make(
		    &top->keys, &top->conf->order, cols, coming->rows, coming->n, coming->key) < 0)
		return -1;
	if (top->conf->limit == 1 && !top->conf->keeps_ties)
		keep_best(coming);
	keep_placed(top, coming);
	return coming->n > 0 ? put_rows(top, batch, coming) : 0;
}

/* So many rows are compared at a time. */
static uint32_t
step_of(const struct top_conf *conf)
{
	return conf->limit == 1 && !conf->keeps_ties ? WEIR_ROWS_MAX : TOP_STEP;
}

static int
add_to_group(struct top *top, const struct weir_batch *batch, const struct weir_column *const *cols,
	const uint32_t *rows, uint32_t n, struct top_group *group)
{
	const struct top_conf *conf = top->conf;
	const uint32_t step = step_of(conf);
	struct coming coming;

	for (uint32_t i = 0; i < n; i += step) {
		coming.n = top_sift(&conf->order, cols, rows + i, n - i < step ? n - i : step,
			group->bound, coming.rows);
		for (uint32_t k = 0; k < coming.n; k++)
			coming.group[k] = group;
		if (coming.n > 0 && add_rows(top, batch, cols, &coming) < 0)
			return -1;
	}
	return 0;
}

static int
add_to_groups(struct top *top, const struct weir_batch *batch,
	const struct weir_column *const *cols, const uint32_t *rows, uint32_t n, void *const *group)
{
	const struct top_conf *conf = top->conf;
	const uint32_t step = step_of(conf);
	uint64_t prefix[WEIR_ROWS_MAX];
	struct coming coming;

	top_prefixes(&conf->order, cols, rows, n, prefix);
	for (uint32_t i = 0; i < n;) {
		uint32_t to = n - i < step ? n : i + step;

		for (coming.n = 0; i < to; i++) {
			coming.rows[coming.n] = rows[i];
			coming.group[coming.n] = top_table_group(&top->table, group[i]);
			coming.n += prefix[i] <= coming.group[coming.n]->bound;
		}
		if (coming.n > 0 && add_rows(top, batch, cols, &coming) < 0)
			return -1;
	}
	return 0;
}

static int
top_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct top *top = self;
	const struct top_conf *conf = top->conf;
	const struct weir_column *cols[TOP_ORDER_MAX];
	uint32_t rows[WEIR_ROWS_MAX], n, n_groups;
	int64_t ns[WEIR_ROWS_MAX];
	void *group[WEIR_ROWS_MAX];
	int rc;

	(void)in;
	if (top->upsert != NULL)
		return top_upsert_process(top->upsert, task, batch);
	n = top->expr->eval_rows(conf->order.expr, conf->order.n, task, batch, cols, rows);
	ns[0] = 0;
	n_groups = n;
	if (conf->key.n == 0 &&
		(conf->tumbling == 0 || in_one_window(top, batch->event_time, rows, n, ns)))
		n_groups = 1;
	else if (conf->tumbling != 0)
		n = n_groups = admit(top, task, batch, rows, n, ns);
	if (n == 0)
		return WEIR_OK;
	top->table.ext->upsert(
		top->table.table, batch, rows, n_groups, conf->tumbling != 0 ? ns : NULL, group);
	if (n_groups == 1)
		rc = add_to_group(
			top, batch, cols, rows, n, top_table_group(&top->table, group[0]));
	else
		rc = add_to_groups(top, batch, cols, rows, n, group);
	if (rc < 0)
		return top_fail(&top->table, task);
	if (conf->tumbling == 0 && conf->emit == TOP_EMIT_UPDATE)
		emit_updates(top, task, group, n_groups);
	return WEIR_OK;
}

/* Rows that go out some groups later: they are wherever there was room for them. */
static void
bring_near(const struct top *top, void *const *row, uint32_t i, uint32_t n)
{
	const uint32_t ahead = 32 / top->table.limit + TOP_AHEAD;

	if (top->table.is_few && i + ahead < n)
		top_few_near(&top->table, top_table_group(&top->table, row[i + ahead]));
}

/* Groups whose windows begin up to the target, as far as there is room. */
static int
drain(struct top *top, struct weir_task *task)
{
	struct weir_entries entries = {.size = sizeof entries};
	struct top_results results = {.n = 0};
	uint32_t emitted = 0;

	if (top->upsert != NULL) {
		int rc = top_upsert_drain(top->upsert, task, &top->cursor);

		top->draining = rc == WEIR_MORE;
		return rc;
	}
	while (top->table.ext->scan(
		       top->table.table, INT64_MIN, top->target, &top->cursor, &entries) > 0) {
		for (uint32_t i = 0; i < entries.n; i++) {
			bring_near(top, entries.row, i, entries.n);
			emitted += collect(top, task, top_table_group(&top->table, entries.row[i]),
				0, &results);
		}
		top_emit(top, task, &results);
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	top->draining = 0;
	/* What went out is gone: a checkpoint after the end must not have it come again. */
	top->table.ext->retire(top->table.table, top->target);
	return WEIR_OK;
}

static int
top_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct top *top = self;
	const struct top_conf *conf = top->conf;

	if (conf->tumbling == 0) {
		if (watermark != INT64_MAX)
			top->watermark = watermark;
		if (watermark != INT64_MAX || conf->emit != TOP_EMIT_END)
			return WEIR_OK;
		top->target = INT64_MAX;
	} else {
		int64_t target = last_window(conf, watermark);

		top->watermark = watermark;
		if (target == top->target)
			return WEIR_OK;
		top->target = target;
	}
	top->draining = 1;
	top->cursor = NULL;
	return drain(top, task);
}

static int
top_resume(void *self, struct weir_task *task)
{
	struct top *top = self;

	return top->draining ? drain(top, task) : WEIR_OK;
}

static const struct weir_operator top_operator = {
	.size = sizeof top_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "top",
	.summary = "The first rows of each key, or of each key and window, in an order.",
	.needs = "weir.table/1 weir.expr/1 weir.rows/1",
	.conf_size = sizeof(struct top_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = top_directives,
	.n_in = 1,
	.n_out = 2,
	.plan = top_plan,
	.open = top_open,
	.close = top_close,
	.process = top_process,
	.on_watermark = top_on_watermark,
	.resume = top_resume,
};

WEIR_PLUGIN("top", "0.1", "Apache-2.0", &top_operator)
