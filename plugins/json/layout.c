/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast way through a record: by the layout of the records before it.
 *
 * The records of a stream are mostly written by one program.  Between two values stand the same
 * bytes as in the record before, `,"page":`, keys and spaces and brackets alike; only the values
 * change.  So a record is taken as  bytes value bytes value ... bytes,  where the values are
 * scalars and what nobody wants to look into.
 *
 * What is speculated: that behind a value stand bytes that have stood there before.  A place is
 * where a value stands: a member, by its key, of an object, by the keys that lead to it.  From each
 * place edges lead to other places, or to the end of the record: the bytes in between, as they
 * were met.  So places and edges are an automaton, and its words are the layouts seen so far; a
 * record that lacks a field, or has them in another order, takes other edges through the same
 * places.  Where no edge fits, learn() reads the bytes by the grammar and makes one.
 *
 * What is verified: every byte.  An edge is compared as a whole.  A wanted value is read by its
 * grammar to its end.  Of an unwanted one as much is looked at as the plain decoder looks at: the
 * end of a string, and that no control character stands in it; the bracket that closes an array or
 * object.  UTF-8 is asked of simdjson as soon as one byte is not ASCII.
 *
 * Why that is exact: an edge that led from a place to another in one record does so in all, since
 * a place says which brackets are open and where a member has begun.  What an edge cannot know is
 * what came before its place: whether a key stood in this record already, where the plain decoder
 * takes the first.  So each wanted node is marked with the number of the record, and who meets the
 * mark gives up, as everything here gives up that is not plainly right: a record that is given up
 * is read from its beginning by the plain decoder, which alone says what is wrong with it.  Hence
 * rows are the same with and without layouts, and a record refused there is never taken here.
 *
 * Records of a stream mostly take even the same edges.  The way of such a record is a track
 * (track.c): the bytes of its edges and how its values are read, one behind the other, without the
 * questions that were answered when the automaton went that way.  A record is run along the tracks
 * first, and from its beginning through the automaton if it leaves them all.
 *
 * What is never taken here: arrays that lead to a wanted element, json columns whose value is an
 * array or object, escapes in keys, keys of more than KEY_MAX bytes.
 *
 * When many records are given up or bring new edges, none is tried for a while: the plain decoder
 * indexes many records in one run, which is cheaper than to do so for each that was given up.
 */
#include "layout.h"

#include <stdlib.h>

struct layout *
layout_new(void)
{
	struct layout *layout = calloc(1, sizeof *layout);

	if (layout == NULL)
		return NULL;
	layout->width = layout_width();
	layout->next_pause = SPAN;
	layout->none.rare = 1;
	layout->start.edge[0] = layout->finish.edge[0] = &layout->none;
	layout->finish.how = SKIP;
	return layout;
}

void
layout_clear(struct layout *layout)
{
	if (layout == NULL)
		return;
	layout->n_places = layout->n_levels = layout->n_edges = 0;
	layout->start.n_edges = 0;
	layout->start.edge[0] = &layout->none;
	track_clear(layout);
}

int
layout_trusted(struct layout *layout)
{
	if (layout == NULL)
		return 0;
	if (layout->tried < SPAN)
		return 1;
	if (layout->pause == 0 && layout->trouble > layout->tried / 8) {
		layout->pause = layout->next_pause;
		if (layout->next_pause < PAUSE_MAX)
			layout->next_pause *= 2;
		layout_clear(layout);
	} else if (layout->pause == 0) {
		layout->next_pause = SPAN;
	}
	if (layout->pause > 0)
		return 0;
	layout->tried = layout->trouble = 0;
	return 1;
}

void
layout_passed(struct layout *layout, uint32_t n)
{
	if (layout == NULL)
		return;
	layout->pause -= n < layout->pause ? n : layout->pause;
	if (layout->pause == 0)
		layout->tried = layout->trouble = 0;
}

const char *
layout_any(struct json *json, const struct json_node *node, const char *p, const char *end)
{
	const struct json_leaf *leaf;
	const char *close;

	if (*p == '-' || (*p >= '0' && *p <= '9'))
		return json_number(json, node, p);
	if (*p == 't' || *p == 'f' || *p == 'n')
		return json_word(json, node, p);
	if (*p != '"' || (close = layout_string_rest(json->layout, p + 1, end)) == NULL ||
		close >= end)
		return NULL;
	for (leaf = node->leaf; leaf != NULL; leaf = leaf->next)
		if (leaf->type != WEIR_JSON) {
			if (json_text(json, leaf, p + 1, close) < 0)
				return NULL;
		} else if (json->layout->escaped) {
			return NULL;
		} else {
			json_share(json, leaf, p, (size_t)(close + 1 - p));
		}
	return close + 1;
}

/* The value of a place, as it mostly is: behind it, or NULL. */
static inline const char *
read_value(struct json *json, const struct place *place, const char *p, const char *end)
{
	const struct json_leaf *leaf = place->leaf;
	const char *close;
	int64_t value;

	switch (place->how) {
	case MARK:
		return skip_value(json->layout, p, end);
	case STRING:
		if (*p != '"')
			break;
		close = string_short(p + 1);
		if (close == NULL) {
			close = layout_string_rest(json->layout, p + 1, end);
			if (close == NULL || json->layout->escaped)
				break;
		}
		json_share(json, leaf, p + 1, (size_t)(close - p - 1));
		return close + 1;
	case INT:
	case TIME:
		close = read_int(p, &value);
		if (close == NULL || !json_ends_word(*close) ||
			(place->how == TIME && __builtin_mul_overflow(value, place->scale, &value)))
			break;
		((int64_t *)leaf->values)[json->row] = value;
		return close;
	case CLOCK:
		close = read_clock(p, (int64_t *)leaf->values + json->row);
		if (close == NULL)
			break;
		return close;
	case BOOL:
		close = read_bool(p, (uint64_t *)leaf->values, json->row);
		if (close == NULL)
			break;
		return close;
	default:
		break;
	}
	return layout_any(json, place->node, p, end);
}

static uint32_t
how_of(const struct json_node *node)
{
	const struct json_leaf *leaf = node != NULL ? node->leaf : NULL;

	if (leaf == NULL)
		return node != NULL ? MARK : SKIP;
	if (leaf->next != NULL)
		return OTHER;
	if (leaf->type == WEIR_STRING)
		return STRING;
	if (leaf->type == WEIR_INT64)
		return INT;
	if (leaf->type == WEIR_BOOL)
		return BOOL;
	if (leaf->type == WEIR_TIMESTAMP && leaf->field->unit == 0)
		return CLOCK;
	/* Nanoseconds must be divided. */
	if (leaf->type == WEIR_TIMESTAMP && leaf->field->unit > 0 && leaf->field->unit <= 1000000)
		return TIME;
	return OTHER;
}

static struct place *
place_make(struct layout *layout, struct level *level, struct json_node *node)
{
	struct place *place;

	if (layout->n_places == PLACES_MAX)
		return NULL;
	place = &layout->place[layout->n_places++];
	*place = (struct place){.edge = {&layout->none},
		.how = how_of(node),
		.node = node,
		.leaf = node != NULL ? node->leaf : NULL,
		.scale = how_of(node) == TIME ? 1000000 / node->leaf->field->unit : 1,
		.level = level};
	return place;
}

/* The place of a member; NULL: there are too many. */
static struct place *
place_of(struct layout *layout, struct level *level, struct json_node *node, const char *key,
	size_t len)
{
	struct place *place;

	for (place = layout->place; place < layout->place + layout->n_places; place++)
		if (place->level == level && place->key_len == len &&
			memcmp(place->key, key, len) == 0 && place != level->rest)
			return place;
	place = place_make(layout, level, node);
	if (place == NULL)
		return NULL;
	place->key_len = (uint32_t)len;
	memcpy(place->key, key, len);
	return place;
}

/* The object that a member of another is, or for outer NULL the record's. */
static struct level *
level_of(struct layout *layout, struct level *outer, struct json_node *node, const char *key,
	size_t len)
{
	struct level *level;

	for (level = layout->level; level < layout->level + layout->n_levels; level++)
		if (level->outer == outer && level->key_len == len &&
			memcmp(level->key, key, len) == 0)
			return level;
	if (layout->n_levels == LEVELS_MAX)
		return NULL;
	*level = (struct level){.outer = outer,
		.node = node,
		.depth = outer != NULL ? outer->depth + 1 : 1,
		.key_len = (uint32_t)len};
	memcpy(level->key, key, len);
	level->rest = place_make(layout, level, NULL);
	if (level->rest == NULL)
		return NULL;
	layout->n_levels++;
	return level;
}

static const char *
skip_spaces(const char *p, const char *end)
{
	while (p < end && json_is_space(*p))
		p++;
	return p;
}

/* The quote that closes a key at p; NULL: it is none that can be learnt. */
static const char *
key_end(const char *p, const char *end)
{
	const char *close = p;

	while (close < end && *close != '"') {
		if (*close == '\\' || (uint8_t)*close < 0x20)
			return NULL;
		close++;
	}
	return close < end && close - p <= KEY_MAX ? close : NULL;
}

/*
 * The bytes from p to the next value.  By the grammar: behind a value in an object stand brackets
 * that close, then a comma and a key; a value that is an object is gone into, so that its first
 * key is in the bytes too, unless nothing in it is wanted and from here it was tried often enough.
 * NULL: they cannot be learnt, or are wrong.
 */
static const char *
learn_bytes(struct layout *layout, struct place *from, struct edge *edge, const char *p,
	const char *end)
{
	struct level *level = from->level;
	int in = from == &layout->start;

	p = skip_spaces(p, end);
	if (in) {
		level = level_of(layout, NULL, from->node, "", 0);
		if (level == NULL || *p++ != '{')
			return NULL;
	}
	for (;; in = 0) {
		struct json_node *node;
		const char *key, *close;

		p = skip_spaces(p, end);
		if (*p == '}' && p < end) {
			level = level->outer;
			p++;
			if (level != NULL)
				continue;
			edge->to = &layout->finish;
			p = skip_spaces(p, end);
			return p == end ? p : NULL;
		}
		if (!in && *p++ != ',')
			return NULL;
	member:
		p = skip_spaces(p, end);
		key = p + 1;
		if (p >= end || *p != '"' || (close = key_end(key, end)) == NULL)
			return NULL;
		p = skip_spaces(close + 1, end);
		if (*p++ != ':')
			return NULL;
		p = skip_spaces(p, end);
		if (p >= end)
			return NULL;
		node = level->node != NULL ? json_member(level->node, key, (size_t)(close - key))
					   : NULL;
		edge->scalar = node != NULL && node->child != NULL;
		if (edge->scalar && *p == '[')
			return NULL;
		if (*p != '{' ||
			(!edge->scalar && (node != NULL || from->n_edges >= FAN_UNWANTED))) {
			edge->to = place_of(layout, level, node, key, (size_t)(close - key));
			return edge->to != NULL ? p : NULL;
		}
		if (node != NULL) {
			if (node->leaf != NULL || edge->n_enter == ENTER_MAX)
				return NULL;
			edge->enter[edge->n_enter++] = node;
		}
		level = level_of(layout, level, node, key, (size_t)(close - key));
		if (level == NULL)
			return NULL;
		p = skip_spaces(p + 1, end);
		if (*p != '}')
			goto member;
	}
}

static const struct edge *
learn(struct layout *layout, struct place *from, const char *p, const char *end)
{
	int room = from->n_edges < FAN_MAX && layout->n_edges < EDGES_MAX;
	struct edge *edge = room ? &layout->edge[layout->n_edges] : &layout->spare;
	const char *q;
	size_t i, len;

	layout->trouble++;
	edge->n_enter = 0;
	edge->scalar = 0;
	if (from == &layout->finish || p >= end ||
		(q = learn_bytes(layout, from, edge, p, end)) == NULL)
		return NULL;
	len = (size_t)(q - p);
	if (len > BYTES_MAX)
		return NULL;
	memset(edge->bytes, 0, sizeof edge->bytes);
	memcpy(edge->bytes, p, len);
	edge->len = (uint32_t)len;
	edge->beyond = len < 16 ? 0xffff & ~((1u << len) - 1) : 0;
	edge->is_long = len > 16;
	edge->not_ascii = 0;
	for (i = 0; i < len; i++)
		edge->not_ascii |= (uint8_t)p[i] >> 7;
	edge->rare = edge->is_long | edge->scalar | edge->not_ascii | edge->n_enter;
	if (room) {
		layout->n_edges++;
		from->edge[from->n_edges++] = edge;
	}
	return edge;
}

/* What few edges ask for, when the first 16 bytes are right.  0: the edge does not lead on here. */
static __attribute__((noinline)) int
passes(struct layout *layout, const struct edge *edge, const char *p, uint64_t serial)
{
	uint32_t i;

	for (i = 16; i < edge->len; i += 16) {
		uint32_t beyond = edge->len - i < 16 ? ~0u << (edge->len - i) : 0;

		if ((uint16_t) ~(bits_of((bytes16)(load16(p + i) == load16(edge->bytes + i))) |
				 beyond) != 0)
			return 0;
	}
	if (edge->to == NULL || (edge->scalar && (p[edge->len] == '{' || p[edge->len] == '[')))
		return 0;
	for (i = 0; i < edge->n_enter; i++) {
		if (edge->enter[i]->seen == serial)
			return 0;
		edge->enter[i]->seen = serial;
	}
	layout->not_ascii |= edge->not_ascii;
	return 1;
}

static inline int
fits(struct layout *layout, const struct edge *edge, const char *p, uint64_t serial)
{
	uint32_t same = bits_of((bytes16)(load16(p) == load16(edge->bytes)));

	return (same | edge->beyond) == 0xffff && (!edge->rare || passes(layout, edge, p, serial));
}

/* One of the edges but the first; it is the first next time. */
static __attribute__((noinline)) const struct edge *
follow_other(struct layout *layout, struct place *from, const char *p, uint64_t serial)
{
	uint32_t i;

	for (i = 1; i < from->n_edges; i++) {
		struct edge *edge = from->edge[i];

		if (!fits(layout, edge, p, serial))
			continue;
		from->edge[i] = from->edge[0];
		from->edge[0] = edge;
		return edge;
	}
	return NULL;
}

/* All is found: to the end of the record. */
static int
drain(struct layout *layout, const struct place *from, const char *p, const char *end)
{
	p = layout_nest_end(layout, p, end, from->level->depth);
	return p != NULL && p < end && skip_spaces(p + 1, end) == end;
}

/*
 * The first edge from a place does not fit at p.  Another that does; else NULL and in
 * layout->result: 1: the record is read, 0: it is given up, -1: go on from layout->from at
 * layout->p.
 */
static __attribute__((noinline)) const struct edge *
stray(struct json *json, struct place *from, const char *p, const char *end, uint32_t left)
{
	struct layout *layout = json->layout;
	const struct edge *edge = follow_other(layout, from, p, json->serial);

	if (edge != NULL)
		return edge;
	layout->result = 0;
	if (from->n_edges >= FAN_UNWANTED && from->level != NULL && json_ends_word(*p)) {
		if (left == 0) {
			layout->n_trace = TRACE_MAX;
			layout->result = json->only != NULL || drain(layout, from, p, end);
			return NULL;
		}
		if (from->level->node == NULL && from != from->level->rest) {
			layout->n_trace = TRACE_MAX;
			layout->p = layout_nest_end(layout, p, end, 1);
			layout->from = from->level->rest;
			layout->result = layout->p != NULL ? -1 : 0;
			return NULL;
		}
	}
	edge = learn(layout, from, p, end);
	return edge != NULL && (!edge->rare || passes(layout, edge, p, json->serial)) ? edge : NULL;
}

/*
 * An edge is at most as long as what can be read behind a record, and no value is begun behind the
 * end: so nothing else is read.
 */
static inline int
walk(struct json *json, const char *p, const char *end)
{
	struct layout *layout = json->layout;
	struct place *place = &layout->start;
	uint64_t serial = json->serial;
	uint32_t left = json->n_leaves;

	for (;;) {
		const struct edge *edge = place->edge[0];

		if (!fits(layout, edge, p, serial)) {
			edge = stray(json, place, p, end, left);
			if (edge == NULL) {
				json->left = left;
				if (layout->result >= 0)
					return layout->result;
				place = layout->from;
				p = layout->p;
				continue;
			}
		}
		p += edge->len;
		place = edge->to;
		if (layout->n_trace < TRACE_MAX) {
			layout->value[layout->n_trace] = *p;
			layout->trace[layout->n_trace++] = edge;
		}
		if (p >= end || (left == 0 && json->only != NULL))
			break;
		if (place->how == SKIP) {
			p = skip_value(layout, p, end);
		} else {
			struct json_node *node = place->node;

			if (node->seen == serial)
				return 0;
			node->seen = serial;
			left -= node->n_leaves;
			p = read_value(json, place, p, end);
		}
		if (p == NULL || p > end)
			return 0;
	}
	json->left = left;
	if (left == 0 && json->only != NULL && p < end)
		return 1;
	return p == end && place == &layout->finish;
}

/* A record: 1, or 0 if it is given up. */
static int
read_record(struct json *json, uint32_t len)
{
	struct layout *layout = json->layout;

	json->serial++;
	layout->tried++;
	layout->not_ascii = 0;
	layout->n_trace = 0;
	if (!walk(json, json->base, json->base + len) ||
		(layout->not_ascii && !json_is_utf8(json->base, len))) {
		layout->trouble++;
		return 0;
	}
	if (json->left != 0)
		json_missing(json);
	track_learn(json, len);
	return 1;
}

uint32_t
layout_run(
	struct json *json, const struct weir_str *rec, uint32_t first, uint32_t n, const char *copy)
{
	struct layout *layout = json->layout;
	uint32_t i = 0;

	layout->start.node = &json->nodes[0];
	for (;;) {
		uint32_t done = track_run(json, rec + i, first + i, n - i, &copy);

		layout->tried += done;
		i += done;
		if (i == n || !read_record(json, rec[i].len))
			return i;
		if (copy != NULL)
			copy += rec[i].len + 1;
		if (++i == n)
			return i;
	}
}
