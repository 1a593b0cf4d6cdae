/* SPDX-License-Identifier: Apache-2.0 */
/* The source `nexmark`: the events of the Nexmark benchmark, as typed rows. */
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

#include "../generator/shares.h"
#include "count_char.h"
#include "event.h"

enum { ANY = 3, KINDS = ANY }; /* beside the kinds: of every event */
enum { ALL }; /* choices of `events`; then person, auction, bid */

enum {
	EVENT_ID,
	EVENT_TYPE,
	RECORD,
	P_ID,
	P_NAME,
	P_EMAIL,
	P_CARD,
	P_CITY,
	P_STATE,
	A_ID,
	A_ITEM,
	A_DESCRIPTION,
	A_INITIAL_BID,
	A_RESERVE,
	A_EXPIRES,
	A_SELLER,
	A_CATEGORY,
	B_AUCTION,
	B_BIDDER,
	B_PRICE,
	B_CHANNEL,
	B_URL,
	TS,
	P_EXTRA,
	A_EXTRA,
	B_EXTRA,
	N_COLS,
};

/* With `events all` a column's name begins with the kind it belongs to: bid_price. */
static const struct column {
	uint8_t kind, type;
	const char *name;
} columns[N_COLS] = {
	[EVENT_ID] = {ANY, WEIR_INT64, "event_id"},
	[EVENT_TYPE] = {ANY, WEIR_INT64, "event_type"},
	[RECORD] = {ANY, WEIR_JSON, "record"},
	[P_ID] = {NEXMARK_PERSON, WEIR_INT64, "id"},
	[P_NAME] = {NEXMARK_PERSON, WEIR_STRING, "name"},
	[P_EMAIL] = {NEXMARK_PERSON, WEIR_STRING, "email_address"},
	[P_CARD] = {NEXMARK_PERSON, WEIR_STRING, "credit_card"},
	[P_CITY] = {NEXMARK_PERSON, WEIR_STRING, "city"},
	[P_STATE] = {NEXMARK_PERSON, WEIR_STRING, "state"},
	[A_ID] = {NEXMARK_AUCTION, WEIR_INT64, "id"},
	[A_ITEM] = {NEXMARK_AUCTION, WEIR_STRING, "item_name"},
	[A_DESCRIPTION] = {NEXMARK_AUCTION, WEIR_STRING, "description"},
	[A_INITIAL_BID] = {NEXMARK_AUCTION, WEIR_INT64, "initial_bid"},
	[A_RESERVE] = {NEXMARK_AUCTION, WEIR_INT64, "reserve"},
	[A_EXPIRES] = {NEXMARK_AUCTION, WEIR_TIMESTAMP, "expires"},
	[A_SELLER] = {NEXMARK_AUCTION, WEIR_INT64, "seller"},
	[A_CATEGORY] = {NEXMARK_AUCTION, WEIR_INT64, "category"},
	[B_AUCTION] = {NEXMARK_BID, WEIR_INT64, "auction"},
	[B_BIDDER] = {NEXMARK_BID, WEIR_INT64, "bidder"},
	[B_PRICE] = {NEXMARK_BID, WEIR_INT64, "price"},
	[B_CHANNEL] = {NEXMARK_BID, WEIR_STRING, "channel"},
	[B_URL] = {NEXMARK_BID, WEIR_STRING, "url"},
	[TS] = {ANY, WEIR_TIMESTAMP, "ts"},
	[P_EXTRA] = {NEXMARK_PERSON, WEIR_STRING, "extra"},
	[A_EXTRA] = {NEXMARK_AUCTION, WEIR_STRING, "extra"},
	[B_EXTRA] = {NEXMARK_BID, WEIR_STRING, "extra"},
};

struct nexmark_conf {
	int64_t count, rate, disorder;
	uint32_t profile, events;
	int32_t col[N_COLS]; /* -1: these events have none */
};

struct nexmark {
	const struct nexmark_conf *conf;
	struct nexmark_stream stream;
	struct share *parts; /* in blocks of WEIR_ROWS_MAX events */
	int64_t id[WEIR_ROWS_MAX], time[WEIR_ROWS_MAX]; /* of the rows being made */
};

static const struct weir_directive directives[] = {
	{.name = "profile",
		.summary = "`weir`: as it is measured with, bids with channel and url; `beam`: bit "
			   "for bit the events of Apache Beam's generator.",
		.type = WEIR_D_ENUM,
		.choices = "weir beam",
		.deflt = "weir",
		.offset = offsetof(struct nexmark_conf, profile)},
	{.name = "events",
		.summary =
			"Which events make rows: `all`, with columns such as bid_price that are "
			"null in other events, or those of one kind, with columns such as price.",
		.type = WEIR_D_ENUM,
		.choices = "all person auction bid",
		.deflt = "all",
		.offset = offsetof(struct nexmark_conf, events)},
	{.name = "count",
		.summary = "How many events there are, of all kinds together; 0: it does not end.",
		.type = WEIR_D_INT,
		.deflt = "0",
		.offset = offsetof(struct nexmark_conf, count),
		.min = 0,
		.max = INT64_MAX},
	{.name = "rate",
		.summary = "How many events make a second of event time; they come as fast as they "
			   "are taken.",
		.type = WEIR_D_INT,
		.deflt = "10000",
		.offset = offsetof(struct nexmark_conf, rate),
		.min = 1,
		.max = 1000000000},
	{.name = "disorder",
		.summary = "Events are shuffled within groups of so many; 1: they come in order.",
		.type = WEIR_D_INT,
		.deflt = "1",
		.offset = offsetof(struct nexmark_conf, disorder),
		.min = 1,
		.max = 1000000000},
	{.name = NULL},
};

static int
has_column(const struct nexmark_conf *conf, uint32_t c)
{
	if (conf->profile == NEXMARK_BEAM && (c == B_CHANNEL || c == B_URL))
		return 0;
	return conf->events == ALL || columns[c].kind == ANY || columns[c].kind == conf->events - 1;
}

static int
nexmark_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	static const char *const prefix[] = {"person_", "auction_", "bid_", ""};
	struct nexmark_conf *conf = self;
	uint32_t c;

	if (conf->disorder % 953 == 0) {
		host->problem(plan, 0,
			"\"disorder\" is a multiple of 953, which events are shuffled by; any "
			"other number does");
		return -EINVAL;
	}
	for (c = 0; c < N_COLS; c++) {
		int in_part = conf->events == ALL && columns[c].kind != ANY;
		char name[32];
		int len;

		conf->col[c] = -1;
		if (!has_column(conf, c))
			continue;
		len = snprintf(name, sizeof name, "%s%s", in_part ? prefix[columns[c].kind] : "",
			columns[c].name);
		conf->col[c] =
			host->add(plan, 0, (struct weir_str){.p = name, .len = (uint32_t)len},
				columns[c].type, (uint32_t)in_part);
		if (conf->col[c] < 0)
			return -EINVAL;
	}
	return WEIR_OK;
}

static void
nexmark_close(void *self)
{
	struct nexmark *nexmark = self;

	shares_free(&nexmark->parts);
	free(nexmark->stream.urls);
	free(nexmark);
}

static int
nexmark_open(const void *self, struct weir_task *task, void **out)
{
	const struct nexmark_conf *conf = self;
	struct nexmark *nexmark = calloc(1, sizeof *nexmark);

	if (nexmark == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	nexmark->conf = conf;
	nexmark->stream.profile = conf->profile;
	nexmark->stream.rate = conf->rate;
	nexmark->stream.group = conf->disorder;
	if (nexmark_stream_init(&nexmark->stream) < 0) {
		nexmark_close(nexmark);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	shares_announce(task);
	*out = nexmark;
	return WEIR_OK;
}

static int
nexmark_assign(void *self, struct weir_task *task, uint32_t number, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct nexmark *nexmark = self;

	(void)fresh;
	return share_add(&nexmark->parts, sizeof(struct share), WEIR_ROWS_MAX, task, number, name,
		       pos) != NULL
		       ? WEIR_OK
		       : task->err->code;
}

static int
nexmark_revoke(void *self, struct weir_task *task, uint32_t number)
{
	struct nexmark *nexmark = self;

	(void)task;
	share_drop(&nexmark->parts, number);
	return WEIR_OK;
}

/* Where the values of one batch go; NULL: nobody reads the column. */
struct rows {
	struct weir_task *task;
	struct weir_out *out;
	const struct nexmark_conf *conf;
	struct weir_vec *vec[N_COLS];
};

static void
set_int(const struct rows *rows, uint32_t c, uint32_t row, int64_t value)
{
	if (rows->vec[c] != NULL)
		((int64_t *)rows->vec[c]->values)[row] = value;
}

static void
set_text(const struct rows *rows, uint32_t c, uint32_t row, const char *p, uint32_t len)
{
	if (rows->vec[c] != NULL)
		rows->task->host->text(rows->out, rows->conf->col[c], row, p, len);
}

static void
set_person(const struct rows *rows, uint32_t row, const struct nexmark_event *e)
{
	set_int(rows, P_ID, row, e->key);
	set_text(rows, P_NAME, row, e->name.p, e->name.len);
	set_text(rows, P_EMAIL, row, e->email.p, e->email.len);
	set_text(rows, P_CARD, row, e->card.p, e->card.len);
	set_text(rows, P_CITY, row, e->city.p, e->city.len);
	set_text(rows, P_STATE, row, e->state.p, e->state.len);
	set_text(rows, P_EXTRA, row, e->extra.p, e->extra.len);
}

static void
set_auction(const struct rows *rows, uint32_t row, const struct nexmark_event *e)
{
	set_int(rows, A_ID, row, e->key);
	set_text(rows, A_ITEM, row, e->item.p, e->item.len);
	set_text(rows, A_DESCRIPTION, row, e->description.p, e->description.len);
	set_int(rows, A_INITIAL_BID, row, e->initial_bid);
	set_int(rows, A_RESERVE, row, e->reserve);
	set_int(rows, A_EXPIRES, row, e->expires * 1000);
	set_int(rows, A_SELLER, row, e->seller);
	set_int(rows, A_CATEGORY, row, e->category);
	set_text(rows, A_EXTRA, row, e->extra.p, e->extra.len);
}

static void
set_bid(const struct rows *rows, uint32_t row, const struct nexmark_event *e)
{
	set_int(rows, B_AUCTION, row, e->auction);
	set_int(rows, B_BIDDER, row, e->bidder);
	set_int(rows, B_PRICE, row, e->price);
	if (e->url != NULL) {
		set_text(rows, B_CHANNEL, row, e->channel.p, e->channel.len);
		set_text(rows, B_URL, row, e->url->p, e->url->len);
	}
	set_text(rows, B_EXTRA, row, e->extra.p, e->extra.len);
}

static void
set_any(const struct rows *rows, uint32_t row, const struct nexmark_event *e)
{
	set_int(rows, EVENT_ID, row, e->id);
	set_int(rows, EVENT_TYPE, row, e->kind);
	set_int(rows, TS, row, e->time * 1000);
	if (rows->vec[RECORD] != NULL) {
		char record[NEXMARK_RECORD_MAX];

		set_text(rows, RECORD, row, record, (uint32_t)nexmark_record(e, record));
	}
}

/* Columns of one kind are null in the events of another. */
static void
clear_others(const struct rows *rows, const struct nexmark *nexmark, uint32_t n)
{
	uint64_t is[KINDS][WEIR_ROWS_MAX / 64] = {{0}};
	uint32_t i, c;

	if (rows->conf->events != ALL)
		return;
	for (i = 0; i < n; i++)
		weir_bit_set(is[nexmark_kind(nexmark->id[i])], i);
	for (c = 0; c < N_COLS; c++)
		if (rows->vec[c] != NULL && columns[c].kind != ANY)
			memcpy(rows->vec[c]->valid, is[columns[c].kind], (n + 63) / 64 * 8);
}

static void
give(struct nexmark *nexmark, struct weir_task *task, uint32_t n)
{
	static void (*const set[])(const struct rows *, uint32_t, const struct nexmark_event *) = {
		set_person, set_auction, set_bid};
	struct weir_out *out = task->host->append(task, 0);
	struct rows rows = {.task = task, .out = out, .conf = nexmark->conf};
	int want_extra[KINDS];
	struct nexmark_event event;
	uint32_t i, c;

	task->host->rows(out, n, nexmark->time, NULL);
	for (c = 0; c < N_COLS; c++)
		if (rows.conf->col[c] >= 0)
			rows.vec[c] = task->host->vec(out, rows.conf->col[c]);
	want_extra[NEXMARK_PERSON] = rows.vec[P_EXTRA] != NULL || rows.vec[RECORD] != NULL;
	want_extra[NEXMARK_AUCTION] = rows.vec[A_EXTRA] != NULL || rows.vec[RECORD] != NULL;
	want_extra[NEXMARK_BID] = rows.vec[B_EXTRA] != NULL || rows.vec[RECORD] != NULL;
	clear_others(&rows, nexmark, n);
	event.url = NULL;
	for (i = 0; i < n; i++) {
		uint32_t kind = nexmark_kind(nexmark->id[i]);

		nexmark_make(&nexmark->stream, nexmark->id[i], want_extra[kind], &event);
		set_any(&rows, i, &event);
		set[kind](&rows, i, &event);
	}
}

/* The ids and times of the events that make rows, of the rest of the block or what there is room
 * for. */
static uint32_t
next_events(struct nexmark *nexmark, const struct weir_task *task, struct share *part)
{
	const struct nexmark_conf *conf = nexmark->conf;
	uint64_t end = (part->at / WEIR_ROWS_MAX + 1) * WEIR_ROWS_MAX;
	uint32_t most = task->room > 0 ? task->room : 1, n = 0;

	if (conf->count > 0 && end > (uint64_t)conf->count)
		end = (uint64_t)conf->count;
	for (; part->at < end && n < most; part->at++) {
		int64_t id = nexmark_id(&nexmark->stream, (int64_t)part->at);

		if (conf->events != ALL && nexmark_kind(id) != conf->events - 1)
			continue;
		nexmark->time[n] = nexmark_time(&nexmark->stream, id) * 1000;
		nexmark->id[n++] = id;
	}
	if (part->at % WEIR_ROWS_MAX == 0)
		part->at += (part->stride - 1) * WEIR_ROWS_MAX;
	return n;
}

static int
nexmark_poll(void *self, struct weir_task *task)
{
	struct nexmark *nexmark = self;
	struct share *part;

	while ((part = shares_next(nexmark->parts)) != NULL) {
		uint32_t n;

		if (nexmark->conf->count > 0 && part->at >= (uint64_t)nexmark->conf->count) {
			task->host->finished(task, part->number);
			nexmark_revoke(nexmark, task, part->number);
			continue;
		}
		n = next_events(nexmark, task, part);
		if (n > 0)
			give(nexmark, task, n);
		share_position(part, task);
		return WEIR_OK;
	}
	return WEIR_END;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = nexmark_assign,
	.revoke = nexmark_revoke,
	.poll = nexmark_poll,
};

static const struct weir_operator nexmark_operator = {
	.size = sizeof nexmark_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_REPLAYABLE | WEIR_TYPED | WEIR_READS_DECLARED | WEIR_KEEPS_PARALLELISM,
	.name = "nexmark",
	.summary = "The events of the Nexmark benchmark: persons, auctions and bids.",
	.conf_size = sizeof(struct nexmark_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_out = 1,
	.plan = nexmark_plan,
	.open = nexmark_open,
	.close = nexmark_close,
	.source = &source_calls,
};

static const struct weir_operator *const operators[] = {&nexmark_operator};
static const struct weir_function *const functions[] = {&nexmark_count_char};
static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_operators = sizeof operators / sizeof operators[0],
	.n_functions = sizeof functions / sizeof functions[0],
	.name = "nexmark",
	.version = "0.1",
	.license = "Apache-2.0",
	.operators = operators,
	.functions = functions,
};

WEIR_PLUGIN_ENTRY(&plugin)
