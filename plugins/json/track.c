/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way that records take most: see layout.c.  What the automaton asks at each place is answered
 * by the record that it went there with: no key on the track comes twice, and what is wanted and
 * not on it is missing.  The bytes between values and the values are verified as there.
 */
#include "layout.h"

/* What a step does behind its bytes: reads the value of a place (SKIP and so on), or this. */
enum {
	TEXT = OTHER + 1, /* STRING, behind its quote */
	MORE, /* nothing: the bytes go on in the next step */
	LAST, /* nothing: here the record ends */
	ENOUGH, /* nothing: no more of it is wanted */
};

void
track_clear(struct layout *layout)
{
	layout->track.n_steps = 0;
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
		.place = place,
		.leaf = place->leaf,
		.scale = place->scale};
	memcpy(&step->bytes, bytes, len);
	track->n_steps++;
	return 1;
}

/* The bytes of an edge, 16 a step; those before a string with its quote. */
static int
put_edge(struct track *track, const struct edge *edge, int last)
{
	const struct place *to = edge->to;
	uint32_t len = edge->len, what = last ? LAST : to->how, done;
	char bytes[BYTES_MAX + 1];

	memcpy(bytes, edge->bytes, len);
	if (what == STRING) {
		bytes[len++] = '"';
		what = TEXT;
	}
	for (done = 0; len - done > 16; done += 16)
		if (!put_step(track, bytes + done, 16, to, MORE))
			return 0;
	track->not_ascii |= edge->not_ascii;
	return put_step(track, bytes + done, len - done, to, what);
}

static int
build(struct json *json)
{
	struct layout *layout = json->layout;
	struct track *track = &layout->track;
	const struct json_leaf *leaf;
	const struct place *last = layout->trace[layout->n_trace - 1]->to;
	uint32_t i;

	track->n_steps = track->n_missing = track->not_ascii = track->strays = 0;
	memcpy(&track->minute, "1970-01-01 00:00", sizeof track->minute);
	track->minute_us = 0;
	for (i = 0; i < json->n_nodes; i++)
		for (leaf = json->nodes[i].leaf; leaf != NULL; leaf = leaf->next) {
			if (json->nodes[i].seen == json->serial)
				continue;
			if (track->n_missing == TRACE_MAX)
				return 0;
			track->missing[track->n_missing++] = leaf;
		}
	for (i = 0; i < layout->n_trace; i++)
		if (layout->trace[i] == &layout->spare ||
			!put_edge(track, layout->trace[i], layout->trace[i]->to == &layout->finish))
			return 0;
	return last == &layout->finish || put_step(track, "", 0, last, ENOUGH);
}

void
track_learn(struct json *json)
{
	struct layout *layout = json->layout;
	struct track *track = &layout->track;

	if (track->n_steps > 0) {
		if (++track->strays < STRAYS)
			return;
		track_clear(layout);
		track->wait = track->next_wait;
		if (track->next_wait < WAIT_MAX)
			track->next_wait = track->next_wait * 2 + 1;
	}
	if (track->wait > 0)
		track->wait--;
	else if (layout->n_trace < TRACE_MAX && !build(json))
		track_clear(layout);
}

/* A text of any length, behind its quote; to behind the one that closes it, or NULL. */
static inline const char *
read_text(struct json *json, const struct track_step *step, const char *p, const char *end)
{
	bytes16 text = load16(p);
	uint32_t stop = bits_of((bytes16)((text == '"') | (text == '\\')) | are_odd(text, 0x20));
	uint32_t len = (uint32_t)__builtin_ctz(stop | 0x10000);
	const char *close = p + len;

	if (len <= 12 && *close == '"') {
		put_short((struct weir_view *)step->leaf->values + json->row, text, len);
		return close + 1;
	}
	if (*close != '"') {
		close = layout_string_rest(json->layout, p, end);
		if (close == NULL)
			return NULL;
		if (json->layout->escaped)
			return json_text(json, step->leaf, p, close) < 0 ? NULL : close + 1;
	}
	json_share(json, step->leaf, p, (size_t)(close - p));
	return close + 1;
}

static __attribute__((noinline)) const char *
read_other_minute(struct track *track, const char *p, int64_t *us)
{
	const char *end = read_clock(p, us);
	char text[JSON_SLACK] = {0};

	if (end == NULL)
		return NULL;
	memcpy(text, p + 1, 16);
	memcpy(text + 16, ":00", 3);
	if (json_time_usual(text, &track->minute_us) != NULL)
		memcpy(&track->minute, text, sizeof track->minute);
	return end;
}

/* As read_clock().  A time mostly has the minute of the one before, and `:00.000` behind it. */
static inline const char *
read_time(struct track *track, const char *p, int64_t *us)
{
	const uint64_t low = 0x00ffffffffffffff, form = 0x003030302e30303a, marks = 0xff0000ff;
	const uint64_t carry = 0x0076767676767676, high = 0x0080808080808080;
	uint64_t digits = (json_load8(p + 17) & low) ^ form;
	int32_t second = (int32_t)((digits >> 8 & 0xff) * 10 + (digits >> 16 & 0xff));
	int32_t fraction = (int32_t)((digits >> 32 & 0xff) * 100 + (digits >> 40 & 0xff) * 10 +
				     (digits >> 48 & 0xff));

	if (*p != '"' || bits_of((bytes16)(load16(p + 1) == track->minute)) != 0xffff ||
		(((digits + carry) | digits) & high) != 0 || (digits & marks) != 0 || second > 60)
		return read_other_minute(track, p, us);
	*us = track->minute_us + (second * 1000 + fraction) * 1000;
	p += 24 + (p[24] == 'Z');
	return *p == '"' ? p + 1 : NULL;
}

static inline const char *
read_number(struct track_step *step, const char *p, uint32_t row)
{
	int64_t value;
	const char *end = step->more > 0 ? read_long(p, &value, step->more) : NULL;

	if (end == NULL) {
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

/*
 * A record: 1, or 0 if it leaves the track.  Behind a value p may stand a little past the end, by
 * less than is read there without harm; no value begins there.
 */
static inline int
run_record(struct json *json, const char *p, const char *end)
{
	struct track_step *step = json->layout->track.step;
	const char *value;

	for (;; step++) {
		uint32_t same = bits_of((bytes16)(load16(p) == step->bytes));

		if ((same | step->beyond) != 0xffff)
			return 0;
		p += step->len;
		if (p >= end)
			return p == end && step->what == LAST;
		value = NULL; /* not read yet */
		switch (step->what) {
		case LAST:
			return 0;
		case ENOUGH:
			return 1;
		case MORE:
			continue;
		case TEXT:
			p = read_text(json, step, p, end);
			if (p == NULL)
				return 0;
			continue;
		case MARK: /* it may lead on here */
			if (*p == '{' || *p == '[')
				return 0;
			/* fall through */
		case SKIP:
			p = skip_value(json->layout, p, end);
			if (p == NULL)
				return 0;
			continue;
		case INT:
		case TIME:
			value = read_number(step, p, json->row);
			break;
		case CLOCK:
			value = read_time(
				&json->layout->track, p, (int64_t *)step->leaf->values + json->row);
			break;
		case BOOL:
			value = read_bool(p, step->leaf->values, json->row);
			break;
		case OTHER:
			break;
		default:
			__builtin_unreachable();
		}
		if (value == NULL)
			value = layout_any(json, step->place->node, p, end);
		if (value == NULL || value > end)
			return 0;
		p = value;
	}
}

uint32_t
track_run(struct json *json, const struct weir_str *rec, uint32_t first, uint32_t n,
	const char **copy)
{
	struct layout *layout = json->layout;
	struct track *track = &layout->track;
	const char *text = *copy;
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		const char *p = text != NULL ? text : rec[i].p, *end = p + rec[i].len;

		json->base = p;
		json->row = first + i;
		layout->not_ascii = track->not_ascii;
		if (track->n_steps == 0 || !run_record(json, p, end) ||
			(layout->not_ascii && !json_is_utf8(p, rec[i].len)))
			break;
		for (k = 0; k < track->n_missing; k++)
			json_null(track->missing[k], json->row);
		if (text != NULL)
			text = end + 1;
	}
	*copy = text;
	if (i > 0)
		track->strays = 0;
	if (i >= STAYS)
		track->next_wait = 0;
	return i;
}
