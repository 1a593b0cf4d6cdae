/* SPDX-License-Identifier: Apache-2.0 */
/* The small host of mock.h. */
#include "mock.h"

#include <check.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t text_buf = 1u
				 << 20; /* buf of what text() copied; records are numbered below */

static struct mock *
mock_of(struct weir_task *task)
{
	return (struct mock *)task;
}

void
mock_add(struct mock_text *text, const char *p, size_t len)
{
	if (text->len + len + 1 > text->cap) {
		text->cap = (text->len + len + 64) * 2;
		text->p = realloc(text->p, text->cap);
	}
	if (len > 0)
		memcpy(text->p + text->len, p, len);
	text->len += len;
	text->p[text->len] = 0;
}

__attribute__((format(printf, 2, 3))) static void
add_printf(struct mock_text *text, const char *format, ...)
{
	char buf[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof buf, format, args);
	va_end(args);
	mock_add(text, buf, strlen(buf));
}

/* Planning. */

static const struct weir_schema *
mock_input(struct weir_plan *plan, uint32_t in)
{
	return in == 0 ? &plan->schema : NULL;
}

static int32_t
mock_column(struct weir_plan *plan, uint32_t in, struct weir_str name, uint32_t type)
{
	uint32_t i;

	for (i = 0; in == 0 && i < plan->schema.n; i++)
		if (plan->field[i].name.len == name.len &&
			memcmp(plan->field[i].name.p, name.p, name.len) == 0 &&
			(type == 0 || type == plan->field[i].type)) {
			plan->read[i] = 1;
			return (int32_t)i;
		}
	return -1;
}

static void
mock_distribute(struct weir_plan *plan, uint32_t in, uint32_t how, const struct weir_list *key)
{
	(void)in;
	(void)key;
	plan->how = how;
}

static int32_t
mock_add_column(struct weir_plan *plan, uint32_t out, struct weir_str name, uint32_t type,
	uint32_t nullable)
{
	struct weir_field *field = &plan->field[plan->schema.n];

	(void)out;
	*field = (struct weir_field){
		.size = sizeof *field, .type = type, .nullable = nullable, .name = name};
	plan->fields[plan->schema.n] = field;
	plan->n_added++;
	return (int32_t)plan->schema.n++;
}

static void
mock_declare(struct weir_plan *plan, uint32_t what, int64_t n, struct weir_str s)
{
	(void)plan;
	(void)what;
	(void)n;
	(void)s;
}

static void
mock_problem(struct weir_plan *plan, uint32_t loc, const char *sentence)
{
	(void)loc;
	if (plan->n_problems < MOCK_PROBLEMS)
		snprintf(plan->problem[plan->n_problems++], 256, "%s", sentence);
}

/* Decoding. */

static struct weir_vec *
mock_vec(struct weir_out *out, int32_t col)
{
	return out->pruned[col] ? NULL : &out->vec[col];
}

static const uint64_t *
mock_early(struct weir_out *out)
{
	return out->early != 0 ? &out->early : NULL;
}

static const uint64_t *
mock_wanted(struct weir_out *out, const uint64_t *unknown)
{
	const struct weir_vec *vec = &out->vec[__builtin_ctzll(out->early)];
	uint32_t i;

	memcpy(out->wanted, unknown, sizeof out->wanted);
	for (i = 0; i < out->n_rows; i++)
		if (!weir_bit_get(vec->valid, i) ||
			(vec->type == WEIR_BOOL && weir_bit_get(vec->values, i)))
			weir_bit_set(out->wanted, i);
	return out->wanted;
}

static void
mock_text(struct weir_out *out, int32_t col, uint32_t row, const char *p, uint32_t len)
{
	struct weir_view *view = (struct weir_view *)out->vec[col].values + row;

	memset(view, 0, sizeof *view);
	view->len = len;
	if (len <= 12) {
		memcpy(view->head, p, len);
		return;
	}
	memcpy(view->head, p, 4);
	view->buf = text_buf + out->n_texts;
	out->texts = realloc(out->texts, (out->n_texts + 1) * sizeof *out->texts);
	out->texts[out->n_texts] = malloc(len);
	memcpy(out->texts[out->n_texts++], p, len);
}

static void
mock_bad(struct weir_task *task, uint32_t record, const char *why)
{
	struct weir_out *out = mock_of(task)->out;

	out->bad[record] = 1;
	snprintf(out->why[record], sizeof *out->why, "%s", why);
}

static void
out_free(struct weir_out *out)
{
	uint32_t i;

	if (out == NULL)
		return;
	for (i = 0; i < out->n_cols; i++) {
		free(out->vec[i].values);
		free(out->vec[i].valid);
	}
	for (i = 0; i < out->n_texts; i++)
		free(out->texts[i]);
	free(out->texts);
	free(out->why);
	free(out);
}

void
mock_decode(struct mock *mock, const struct weir_format *format, void *self,
	const struct weir_str *rec, uint32_t n, uint32_t slack)
{
	struct weir_out *out = calloc(1, sizeof *out);
	struct weir_raw raw = {.size = sizeof raw, .n = n, .slack = slack, .rec = rec};
	uint32_t i;

	if (mock->out != NULL)
		memcpy(out->pruned, mock->out->pruned, sizeof out->pruned);
	out_free(mock->out);
	mock->out = out;
	out->n_cols = mock->plan.schema.n;
	out->n_rows = n;
	out->early = mock->early;
	memset(out->wanted, 0xff, sizeof out->wanted);
	out->why = calloc(n, sizeof *out->why);
	for (i = 0; i < out->n_cols; i++) {
		struct weir_vec *vec = &out->vec[i];

		*vec = (struct weir_vec){
			.size = sizeof *vec, .type = mock->plan.field[i].type, .cap = n};
		vec->values = malloc((size_t)(n + 64) * sizeof(struct weir_view));
		memset(vec->values, 0xa5, (size_t)(n + 64) * sizeof(struct weir_view));
		vec->valid = malloc((n + 64) / 64 * 8);
		memset(vec->valid, 0xff, (n + 64) / 64 * 8);
	}
	raw.rec = rec;
	out->raw = &raw;
	mock->err.code = 0;
	if (format->decode(self, &mock->task, &raw, out) != WEIR_OK)
		abort();
	out->raw = NULL;
	mock->rec = rec;
}

int
mock_is_wanted(const struct mock *mock, uint32_t row)
{
	return weir_bit_get(mock->out->wanted, row);
}

int
mock_is_null(const struct mock *mock, uint32_t col, uint32_t row)
{
	return !weir_bit_get(mock->out->vec[col].valid, row);
}

int64_t
mock_int(const struct mock *mock, uint32_t col, uint32_t row)
{
	const struct weir_vec *vec = &mock->out->vec[col];

	if (vec->type == WEIR_BOOL)
		return weir_bit_get(vec->values, row);
	return ((const int64_t *)vec->values)[row];
}

double
mock_float(const struct mock *mock, uint32_t col, uint32_t row)
{
	return ((const double *)mock->out->vec[col].values)[row];
}

struct weir_str
mock_str(const struct mock *mock, uint32_t col, uint32_t row)
{
	const struct weir_view *view = (const struct weir_view *)mock->out->vec[col].values + row;
	struct weir_str str = {.len = view->len};

	if (view->len <= 12)
		str.p = (const char *)view + offsetof(struct weir_view, head);
	else if (view->buf >= text_buf)
		str.p = mock->out->texts[view->buf - text_buf] + view->off;
	else
		str.p = mock->rec[view->buf].p + view->off;
	return str;
}

void
mock_to_batch(const struct mock *mock, struct mock_batch *to)
{
	const struct weir_out *out = mock->out;
	uint32_t n_bufs = text_buf + out->n_texts, i;

	memset(to, 0, sizeof *to);
	to->bufs = calloc(n_bufs, sizeof *to->bufs);
	for (i = 0; i < out->n_rows; i++)
		to->bufs[i] = (const uint8_t *)mock->rec[i].p;
	for (i = 0; i < out->n_texts; i++)
		to->bufs[text_buf + i] = (const uint8_t *)out->texts[i];
	for (i = 0; i < out->n_cols; i++) {
		to->column[i] = (struct weir_column){
			.size = sizeof to->column[i],
			.type = out->vec[i].type,
			.values = out->vec[i].values,
			.valid = out->vec[i].valid,
			.bufs = to->bufs,
		};
		to->columns[i] = &to->column[i];
	}
	to->batch = (struct weir_batch){
		.size = sizeof to->batch,
		.n_rows = out->n_rows,
		.n_cols = out->n_cols,
		.cols = to->columns,
		.event_time = to->time,
	};
}

void
mock_batch_fini(struct mock_batch *batch)
{
	free(batch->bufs);
}

/* Items. */

static char *
mock_space(struct weir_items *items, size_t cap)
{
	struct mock_text *text = &items->text;

	if (text->len + cap > text->cap) {
		text->cap = (text->len + cap) * 2;
		text->p = realloc(text->p, text->cap);
	}
	return text->p + text->len;
}

static void
mock_item_add(struct weir_items *items, const void *p, size_t len)
{
	if (p != NULL)
		memcpy(mock_space(items, len), p, len);
	if (items->n == items->cap) {
		items->cap = items->cap * 2 + 16;
		items->item = realloc(items->item, items->cap * sizeof *items->item);
	}
	items->item[items->n++] =
		(struct weir_str){.len = (uint32_t)len, .loc = (uint32_t)items->text.len};
	items->text.len += len;
}

struct weir_str
mock_item(const struct mock *mock, uint32_t i)
{
	struct weir_str str = mock->items.item[i];

	str.p = mock->items.text.p + str.loc;
	return str;
}

uint32_t
mock_encode(struct mock *mock, const struct weir_format *format, void *self,
	const struct weir_batch *batch)
{
	mock->items.n = 0;
	mock->items.text.len = 0;
	mock->err.code = 0;
	if (format->encode(self, &mock->task, batch, &mock->items) != WEIR_OK)
		abort();
	return mock->items.n;
}

static const struct weir_raw *
mock_sink_encode(struct weir_task *task, const struct weir_batch *batch)
{
	struct mock *mock = mock_of(task);
	uint32_t i, n = mock_encode(mock, mock->format, mock->format_self, batch);

	for (i = 0; i < n; i++)
		mock->items.item[i].p = mock->items.text.p + mock->items.item[i].loc;
	mock->encoded =
		(struct weir_raw){.size = sizeof mock->encoded, .n = n, .rec = mock->items.item};
	return &mock->encoded;
}

/* The rest of a task's services. */

static void
mock_wake(struct weir_task *task)
{
	struct mock *mock = mock_of(task);

	pthread_mutex_lock(&mock->lock);
	mock->wakes++;
	pthread_cond_signal(&mock->woken);
	pthread_mutex_unlock(&mock->lock);
}

void
mock_wait(struct mock *mock)
{
	pthread_mutex_lock(&mock->lock);
	while (mock->wakes == 0)
		pthread_cond_wait(&mock->woken, &mock->lock);
	mock->wakes = 0;
	pthread_mutex_unlock(&mock->lock);
}

static void
mock_log(struct weir_task *task, int32_t level, const char *text)
{
	add_printf(&mock_of(task)->logged, "%d %s\n", level, text);
}

static int64_t
mock_now(struct weir_task *task)
{
	return mock_of(task)->now;
}

static uint64_t *
mock_counter_new(struct weir_task *task, const char *name, const char *help)
{
	struct mock *mock = mock_of(task);

	(void)help;
	snprintf(mock->counter_name[mock->n_counters], 64, "%s", name);
	return &mock->counter[mock->n_counters++];
}

void
mock_ck_says(const struct mock *mock, const char *pattern)
{
	ck_assert_msg(fnmatch(pattern, mock->err.text, FNM_NOESCAPE) == 0, "%s", mock->err.text);
}

uint64_t
mock_counter(const struct mock *mock, const char *name)
{
	uint32_t i;

	for (i = 0; i < mock->n_counters; i++)
		if (strcmp(mock->counter_name[i], name) == 0)
			return mock->counter[i];
	return UINT64_MAX;
}

static void *
mock_shared(struct weir_task *task, const char *key, void *(*make)(void *), void (*drop)(void *),
	void *arg)
{
	struct mock *mock = mock_of(task);

	(void)key;
	if (mock->shared == NULL)
		mock->shared = make(arg);
	mock->shared_drop = drop;
	return mock->shared;
}

/* Sources. */

static void
mock_partition(struct weir_task *task, struct weir_str name)
{
	struct mock *mock = mock_of(task);

	snprintf(mock->partition[mock->n_partitions++], 256, "%.*s", (int)name.len, name.p);
}

static void
mock_raw(struct weir_task *task, uint32_t part, const struct weir_raw *raw)
{
	struct mock *mock = mock_of(task);
	uint32_t i;

	(void)part;
	mock->offset = realloc(mock->offset, (mock->n_records + raw->n) * sizeof *mock->offset);
	for (i = 0; i < raw->n; i++) {
		mock_add(&mock->records, raw->rec[i].p, raw->rec[i].len);
		mock_add(&mock->records, "\n", 1);
		mock->offset[mock->n_records++] = raw->offset != NULL ? raw->offset[i] : -1;
	}
	add_printf(&mock->sizes, "%u ", raw->n);
	if (raw->begins)
		mock_add(&mock->firsts, "+", 1);
	if (raw->first.p != NULL)
		add_printf(&mock->firsts, "(%.*s)", (int)raw->first.len, raw->first.p);
	if (mock->hold)
		mock->held[mock->n_held++] = *raw;
	else if (raw->release != NULL)
		raw->release(raw->owner);
}

void
mock_release(struct mock *mock)
{
	while (mock->n_held > 0) {
		struct weir_raw *raw = &mock->held[--mock->n_held];

		if (raw->release != NULL)
			raw->release(raw->owner);
	}
}

static void
mock_position(struct weir_task *task, uint32_t part, struct weir_str pos)
{
	add_printf(&mock_of(task)->positions, "%u@%.*s ", part, (int)pos.len, pos.p);
}

static void
mock_idle(struct weir_task *task, uint32_t part)
{
	mock_of(task)->idled[part]++;
}

static uint32_t
mock_next_partition(struct weir_task *task)
{
	struct mock *mock = mock_of(task);
	uint32_t i;

	for (i = 0; i < mock->n_partitions; i++)
		if (!mock->ended[i])
			return i;
	return UINT32_MAX;
}

static void
mock_finished(struct weir_task *task, uint32_t part)
{
	mock_of(task)->ended[part] = 1;
}

static void
mock_refuse(
	struct weir_task *task, uint32_t part, struct weir_str rec, int64_t offset, const char *why)
{
	struct mock_text *refused = &mock_of(task)->refused;

	add_printf(refused, "%u@%lld \"", part, (long long)offset);
	mock_add(refused, rec.p, rec.len);
	add_printf(refused, "\" %s\n", why);
}

static uint32_t
mock_kind(const struct weir_plan *plan)
{
	return plan->kind;
}

static const struct weir_raw *
mock_begin(struct weir_task *task)
{
	struct mock *mock = mock_of(task);

	uint32_t i;

	mock->items.n = 0;
	mock->items.text.len = 0;
	if (mock->format->begin != NULL)
		mock->format->begin(mock->format_self, task, &mock->items);
	for (i = 0; i < mock->items.n; i++)
		mock->items.item[i].p = mock->items.text.p + mock->items.item[i].loc;
	mock->encoded = (struct weir_raw){
		.size = sizeof mock->encoded, .n = mock->items.n, .rec = mock->items.item};
	return &mock->encoded;
}

static void *
mock_keep(struct weir_plan *plan, size_t size)
{
	struct mock *mock = (struct mock *)((char *)plan - offsetof(struct mock, plan));
	void *p = calloc(1, size);

	if (mock->n_plan_memory == 16)
		abort();
	mock->plan_memory[mock->n_plan_memory++] = p;
	return p;
}

static struct weir_str
mock_quotes(struct weir_task *task)
{
	return mock_of(task)->quotes;
}

static const struct weir_host mock_host = {
	.size = sizeof mock_host,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.input = mock_input,
	.column = mock_column,
	.distribute = mock_distribute,
	.add = mock_add_column,
	.declare = mock_declare,
	.problem = mock_problem,
	.vec = mock_vec,
	.text = mock_text,
	.wake = mock_wake,
	.log = mock_log,
	.now = mock_now,
	.counter = mock_counter_new,
	.shared = mock_shared,
	.space = mock_space,
	.item = mock_item_add,
	.partition = mock_partition,
	.raw = mock_raw,
	.bad = mock_bad,
	.position = mock_position,
	.idle = mock_idle,
	.encode = mock_sink_encode,
	.next_partition = mock_next_partition,
	.finished = mock_finished,
	.refuse = mock_refuse,
	.kind = mock_kind,
	.begin = mock_begin,
	.early = mock_early,
	.wanted = mock_wanted,
	.quotes = mock_quotes,
	.keep = mock_keep,
};

struct mock *
mock_new(void)
{
	struct mock *mock = calloc(1, sizeof *mock);

	mock->task = (struct weir_task){
		.size = sizeof mock->task,
		.parallelism = 1,
		.room = WEIR_ROWS_MAX,
		.host = &mock_host,
		.err = &mock->err,
		.watermark = INT64_MIN,
	};
	mock->now = 1436918400000000;
	mock->plan.schema.size = sizeof mock->plan.schema;
	mock->plan.schema.fields = mock->plan.fields;
	pthread_mutex_init(&mock->lock, NULL);
	pthread_cond_init(&mock->woken, NULL);
	mock_add(&mock->records, "", 0);
	mock_add(&mock->sizes, "", 0);
	mock_add(&mock->positions, "", 0);
	mock_add(&mock->logged, "", 0);
	mock_add(&mock->refused, "", 0);
	mock_add(&mock->firsts, "", 0);
	return mock;
}

void
mock_free(struct mock *mock)
{
	out_free(mock->out);
	if (mock->shared != NULL && mock->shared_drop != NULL)
		mock->shared_drop(mock->shared);
	free(mock->items.text.p);
	free(mock->items.item);
	free(mock->records.p);
	free(mock->sizes.p);
	free(mock->positions.p);
	free(mock->logged.p);
	free(mock->refused.p);
	free(mock->firsts.p);
	free(mock->offset);
	pthread_mutex_destroy(&mock->lock);
	pthread_cond_destroy(&mock->woken);
	while (mock->n_plan_memory > 0)
		free(mock->plan_memory[--mock->n_plan_memory]);
	free(mock);
}

void
mock_field(struct mock *mock, const char *name, uint32_t type, const char *spec)
{
	struct weir_plan *plan = &mock->plan;
	struct weir_field *field = &plan->field[plan->schema.n];

	*field = (struct weir_field){
		.size = sizeof *field,
		.type = type,
		.nullable = 1,
		.name = {.p = name, .len = (uint32_t)strlen(name)},
		.spec = {.p = spec, .len = (uint32_t)strlen(spec)},
	};
	plan->fields[plan->schema.n++] = field;
}

const struct weir_operator *
mock_operator(uint32_t i)
{
	return weir_plugin_entry()->operators[i];
}
