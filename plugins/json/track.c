/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways that records take most: see layout.c.  What the automaton asks at each place is answered
 * by the record that it went there with: no key on a track comes twice, and what is wanted and not
 * on it is missing.  The bytes between values and the values are verified as there.
 *
 * Of records with long values the quotes are found first, all that no backslash escapes.  A track
 * knows how many its bytes have, and each string has two: so the end of a value is told by the
 * quote behind it, and nobody waits for one value to be read before the next.
 *
 * Every byte is verified still, since what is read lies end to end: the bytes between values; of a
 * string its two quotes, which stand next to each other in the list; of all else each byte, that it
 * belongs to the number or word.  None of these has a backslash outside of a string, so the quotes
 * that one escapes are those in strings.  A record with control characters is left to the
 * automaton.
 */
#include "layout.h"

/* What a step does behind its bytes: reads the value of a place (SKIP and so on), or this. */
enum {
	NEST = OTHER + 1, /* skips an array or object */
	MORE, /* nothing: the bytes go on in the next step */
	LAST, /* nothing: here the record ends */
	ENOUGH, /* nothing: no more of it is wanted */
};

enum {
	LINE = 64, /* bytes that the caches keep together */
	AT_ONCE = 8, /* rows brought near, */
	AHEAD = 64, /* so many before they are written */
};

void
track_clear(struct layout *layout)
{
	layout->n_tracks = layout->strays = 0;
	memcpy(&layout->minute, "1970-01-01 00:00", sizeof layout->minute);
	layout->minute_us = 0;
}

static uint32_t
count_quotes(const char *p, uint32_t len)
{
	uint32_t n = 0, i;

	for (i = 0; i < len; i++)
		n += p[i] == '"';
	return n;
}

static int
put_step(struct track *track, const char *bytes, uint32_t len, const struct place *place,
	uint32_t what)
{
	struct track_step *step = &track->step[track->n_steps];

	if (track->n_steps == STEPS_MAX)
		return 0;
	*step = (struct track_step){.beyond = 0xffff & ~((1u << len) - 1),
		.len = (uint16_t)len,
		.what = (uint16_t)what,
		.quotes = (uint16_t)count_quotes(bytes, len),
		.place = place,
		.leaf = place->leaf,
		.scale = place->scale};
	memcpy(&step->bytes, bytes, len);
	track->n_steps++;
	return 1;
}

/* The bytes of an edge, 16 a step. */
static int
put_edge(struct track *track, const struct edge *edge, uint32_t what)
{
	const char *quote = memchr(edge->bytes, '"', edge->len);
	uint32_t done;

	if (track->n_steps > 0)
		track->step[track->n_steps - 1].ahead =
			(uint16_t)(quote != NULL ? quote - edge->bytes : edge->len);
	track->not_ascii |= edge->not_ascii;
	for (done = 0; edge->len - done > 16; done += 16)
		if (!put_step(track, edge->bytes + done, 16, edge->to, MORE))
			return 0;
	return put_step(track, edge->bytes + done, edge->len - done, edge->to, what);
}

static int
put_missing(struct json *json, struct track *track)
{
	const struct json_leaf *leaf;
	uint32_t i;

	for (i = 0; i < json->n_nodes; i++)
		for (leaf = json->nodes[i].leaf; leaf != NULL; leaf = leaf->next) {
			if (json->nodes[i].seen == json->serial)
				continue;
			if (track->n_missing == TRACE_MAX)
				return 0;
			track->missing[track->n_missing++] = leaf;
		}
	return 1;
}

/* Whether the values of records of so many bytes are long enough for it. */
static int
is_quoted(const struct track *track, uint64_t bytes, uint32_t n_records)
{
	uint64_t between = (uint64_t)track->n_bytes * n_records;

	return track->could && bytes >= between &&
	       (bytes - between) / track->n_values >= (uint64_t)LONG * n_records;
}

/* One record may have been short, or long, by chance. */
static void
judge(struct layout *layout)
{
	uint32_t i;

	for (i = 0; i < layout->n_tracks; i++) {
		struct track *track = &layout->track[i];

		if (track->n_read < JUDGED)
			continue;
		track->by_quotes = is_quoted(track, track->read, track->n_read);
		track->n_read = 0;
		track->read = 0;
	}
}

/* The way that the last record took. */
static int
build(struct json *json, struct track *track, uint32_t len)
{
	const struct layout *layout = json->layout;
	int skims = 0; /* what is long in it may be what is not looked into */
	uint32_t i;

	track->n_steps = track->n_missing = track->not_ascii = 0;
	track->n_bytes = track->n_read = 0;
	track->read = 0;
	for (i = 0; i < layout->n_trace; i++) {
		const struct edge *edge = layout->trace[i];
		uint32_t what = edge->to->how;

		if (edge == &layout->spare)
			return 0;
		if (what == SKIP && (layout->value[i] == '{' || layout->value[i] == '['))
			what = NEST;
		if (i == layout->n_trace - 1)
			what = edge->to == &layout->finish ? LAST : ENOUGH;
		if (!put_edge(track, edge, what))
			return 0;
		skims |= what == NEST || what == ENOUGH;
		track->n_bytes += edge->len;
	}
	track->n_values = layout->n_trace;
	track->could = layout->width == 64 && !skims;
	track->by_quotes = is_quoted(track, len, 1);
	return put_missing(json, track);
}

void
track_learn(struct json *json, uint32_t len)
{
	struct layout *layout = json->layout;
	struct track *track = &layout->track[layout->n_tracks];

	if (layout->wait > 0) {
		layout->wait--;
	} else if (layout->n_tracks < TRACKS_MAX) {
		if (layout->n_trace < TRACE_MAX && build(json, track, len))
			layout->order[layout->n_tracks++] = track;
	} else if (++layout->strays >= STRAYS) {
		track_clear(layout);
		layout->wait = layout->next_wait;
		if (layout->next_wait < WAIT_MAX)
			layout->next_wait = layout->next_wait * 2 + 1;
	}
}

/* Whether there is a backslash in the bytes from .. to of the record. */
static inline int
has_slash(const struct quotes *quotes, size_t from, size_t to)
{
	const uint64_t *slash = &quotes->slash[from / 64];
	uint64_t found = slash[0] >> from % 64 | slash[1] << 1 << (63 - from % 64);

	for (; to - from > 64; from += 64, slash++) {
		if (found != 0)
			return 1;
		found = slash[1] >> from % 64 | slash[2] << 1 << (63 - from % 64);
	}
	return to > from && found << (64 - (to - from)) != 0;
}

/* Between its quotes. */
static inline int
read_text(struct json *json, const struct json_leaf *leaf, const struct quotes *quotes,
	const char *p, const char *close)
{
	size_t len = (size_t)(close - p);

	if (quotes != NULL ? quotes->escapes && has_slash(quotes, (size_t)(p - json->base),
							(size_t)(close - json->base))
			   : json->layout->escaped)
		return json_text(json, leaf, p, close) == 0;
	if (len <= 12)
		put_short((struct weir_view *)leaf->values + json->row, load16(p), (uint32_t)len);
	else
		json_share(json, leaf, p, len);
	return 1;
}

static __attribute__((noinline)) int
read_other_minute(struct layout *layout, const char *p, const char *close, int64_t *us)
{
	char text[JSON_SLACK] = {0};

	if (json_time_parse(p, close, us) < 0)
		return 0;
	memcpy(text, p, 16);
	memcpy(text + 16, ":00", 3);
	if (json_time_usual(text, &layout->minute_us) != NULL)
		memcpy(&layout->minute, text, sizeof layout->minute);
	return 1;
}

/* A time mostly has the minute of the one before, and `:00.000` behind it. */
static inline int
read_time(struct layout *layout, const char *p, const char *close, int64_t *us)
{
	const uint64_t low = 0x00ffffffffffffff, form = 0x003030302e30303a, marks = 0xff0000ff;
	const uint64_t carry = 0x0076767676767676, high = 0x0080808080808080;
	uint64_t digits = (json_load8(p + 16) & low) ^ form;
	int32_t second = (int32_t)((digits >> 8 & 0xff) * 10 + (digits >> 16 & 0xff));
	int32_t fraction = (int32_t)((digits >> 32 & 0xff) * 100 + (digits >> 40 & 0xff) * 10 +
				     (digits >> 48 & 0xff));

	if (close - p != 23 + (p[23] == 'Z') ||
		bits_of((bytes16)(load16(p) == layout->minute)) != 0xffff ||
		(((digits + carry) | digits) & high) != 0 || (digits & marks) != 0 || second > 60)
		return read_other_minute(layout, p, close, us);
	*us = layout->minute_us + (second * 1000 + fraction) * 1000;
	return 1;
}

/* A whole number, to close, or if that is not known as far as it goes; behind it, or NULL. */
static inline const char *
read_number(struct track_step *step, const char *p, const char *close, uint32_t row)
{
	const char *end = close;
	int64_t value;

	if (close != NULL) {
		if (!read_digits(p, (size_t)(close - p), &value))
			return NULL;
	} else if (step->more == 0 || (end = read_long(p, &value, step->more)) == NULL) {
		end = read_int(p, &value);
		if (end == NULL || !json_ends_word(*end))
			return NULL;
		step->more = *p != '-' && end - p > 8 ? (uint32_t)(end - p - 8) : 0;
	}
	if (step->what == TIME && __builtin_mul_overflow(value, step->scale, &value))
		return NULL;
	((int64_t *)step->leaf->values)[row] = value;
	return end;
}

/* The string between the quotes before p and at close. */
static inline int
read_string(struct json *json, const struct track_step *step, const struct quotes *quotes,
	const char *p, const char *close)
{
	switch (step->what) {
	case SKIP:
	case MARK:
		return 1;
	case STRING:
		return read_text(json, step->leaf, quotes, p, close);
	case CLOCK:
		return read_time(json->layout, p, close, (int64_t *)step->leaf->values + json->row);
	default:
		return layout_any(json, step->place->node, p - 1, close + 1) == close + 1;
	}
}

/* What is no string: behind it, which is close if that is known, or NULL. */
static inline const char *
read_scalar(struct json *json, struct track_step *step, const char *p, const char *close,
	const char *end)
{
	const char *behind = NULL;

	switch (step->what) {
	case SKIP:
	case MARK:
		return scalar_end(p, end);
	case INT:
	case TIME:
		behind = read_number(step, p, close, json->row);
		break;
	case BOOL:
		behind = read_bool(p, step->leaf->values, json->row);
		break;
	default:
		break;
	}
	return behind != NULL ? behind : layout_any(json, step->place->node, p, end);
}

/* A record: 1, or 0 if it leaves the track.  quotes: its, or NULL. */
static inline __attribute__((always_inline)) int
run_record(struct json *json, struct track *track, const struct quotes *quotes, const char *p,
	const char *end)
{
	struct layout *layout = json->layout;
	struct track_step *step = track->step;
	const uint16_t *q = quotes != NULL ? quotes->at : NULL; /* the next one */
	const uint16_t *last = quotes != NULL ? q + quotes->n : NULL;
	const char *base = p, *close, *behind;

	for (;; step++) {
		uint32_t same = bits_of((bytes16)(load16(p) == step->bytes));

		if ((same | step->beyond) != 0xffff)
			return 0;
		p += step->len;
		if (quotes != NULL && (q += step->quotes) > last)
			return 0;
		if (p >= end)
			return p == end && step->what == LAST;
		if (step->what > OTHER) {
			if (step->what == MORE)
				continue;
			if (step->what != NEST)
				return step->what == ENOUGH;
			if (*p != '{' && *p != '[')
				return 0;
			p = layout_nest_end(layout, p + 1, end, 1);
			if (p == NULL)
				return 0;
			p++;
			continue;
		}
		if (*p != '"') {
			close = quotes != NULL ? base + *q - step->ahead : NULL;
			behind = read_scalar(json, step, p, close, end);
			if (behind == NULL || behind >= end || (close != NULL && behind != close))
				return 0;
			p = close != NULL ? close : behind;
			continue;
		}
		p++;
		if (quotes == NULL) {
			layout->escaped = 0;
			close = string_end(layout, p, end);
			if (close == NULL)
				return 0;
		} else {
			if ((q += 2) > last)
				return 0;
			close = base + q[-1];
		}
		if (!read_string(json, step, quotes, p, close))
			return 0;
		p = close + 1;
	}
}

static int
run_by_quotes(struct json *json, struct track *track, const char *p, uint32_t len)
{
	struct layout *layout = json->layout;

	layout->not_ascii = track->not_ascii | layout->quotes.not_ascii;
	return !layout->quotes.control && run_record(json, track, &layout->quotes, p, p + len);
}

static int
run_by_bytes(struct json *json, struct track *track, const char *p, uint32_t len)
{
	json->layout->not_ascii = track->not_ascii;
	return run_record(json, track, NULL, p, p + len);
}

/* Along one of the tracks, which is tried first with the next. */
static inline int
run_tracks(struct json *json, const char *p, uint32_t len)
{
	struct layout *layout = json->layout;
	uint32_t i, k;
	int found = 0;

	for (i = 0; i < layout->n_tracks; i++) {
		struct track *track = layout->order[i];

		if (track->by_quotes && len > QUOTED_MAX)
			continue;
		if (track->by_quotes && !found)
			layout_quotes(&layout->quotes, p, len);
		found |= track->by_quotes;
		if (track->by_quotes ? !run_by_quotes(json, track, p, len)
				     : !run_by_bytes(json, track, p, len))
			continue;
		if (layout->not_ascii && !json_is_utf8(p, len))
			return 0;
		for (k = 0; k < track->n_missing; k++)
			json_null(track->missing[k], json->row);
		layout->order[i] = layout->order[0];
		layout->order[0] = track;
		track->n_read++;
		track->read += len;
		return 1;
	}
	return 0;
}

static inline void
bring_to_write(const char *p)
{
#if defined(__x86_64__)
	/* Without this a compiler for any processor asks for it to be read. */
	__asm__ volatile("prefetchw %0" : : "m"(*p));
#else
	__builtin_prefetch(p, 1);
#endif
}

/* Bytes of a value; bits are not worth it. */
static uint32_t
width_of(uint32_t type)
{
	switch (type) {
	case WEIR_BOOL:
		return 0;
	case WEIR_STRING:
	case WEIR_BYTES:
	case WEIR_JSON:
		return sizeof(struct weir_view);
	default:
		return sizeof(int64_t);
	}
}

/* Rows that are written soon.  Another core may have read them last, and for each line that is
 * taken from it when it is written all stores behind it wait. */
static void
bring_rows(const struct json *json, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < json->n_leaves; i++) {
		const struct json_leaf *leaf = &json->leaves[i];
		uint32_t width = width_of(leaf->type);

		for (uint32_t at = from * width; at < to * width; at += LINE)
			bring_to_write((const char *)leaf->values + at);
	}
}

uint32_t
track_run(struct json *json, const struct weir_str *rec, uint32_t first, uint32_t n,
	const char **copy)
{
	struct layout *layout = json->layout;
	const char *text = *copy;
	uint32_t i;

	for (i = 0; i < n; i++) {
		json->base = text != NULL ? text : rec[i].p;
		json->row = first + i;
		if (json->row % AT_ONCE == 0)
			bring_rows(json, json->row > 0 ? json->row + AHEAD : 0,
				json->row + AHEAD + AT_ONCE);
		if (!run_tracks(json, json->base, rec[i].len))
			break;
		if (text != NULL)
			text += rec[i].len + 1;
	}
	*copy = text;
	if (i > 0) {
		layout->strays = 0;
		judge(layout);
	}
	if (i >= STAYS)
		layout->next_wait = 0;
	return i;
}
