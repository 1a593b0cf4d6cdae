/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What layout.c learns of the records, and track.c runs along; see layout.c.
 */
#ifndef JSON_LAYOUT_H
#define JSON_LAYOUT_H

#include "bytes.h"

enum {
	PLACES_MAX = 256,
	LEVELS_MAX = 64,
	EDGES_MAX = 512,
	FAN_MAX = 8, /* edges from a place */
	FAN_UNWANTED = 2, /* where nothing is wanted: then to the end of the object */
	BYTES_MAX = JSON_SLACK, /* of an edge */
	KEY_MAX = 48,
	ENTER_MAX = 4, /* objects on the way to a wanted value that an edge goes into */
	SPAN = 512, /* records after which it is seen how many made trouble */
	PAUSE_MAX = 1 << 16, /* records that are not tried */
	TRACE_MAX = 64, /* edges of a record that may become a track, less one */
	STEPS_MAX = 96, /* of a track */
	TRACKS_MAX = 4,
	STRAYS = 8, /* records in a row that were on no track: they are of no use any more */
	STAYS = 16, /* records in a row that make tracks worth having */
	WAIT_MAX = 4096, /* records without tracks, when none was of use */
	LONG = 16, /* bytes that values have on average, where quotes are found first */
	JUDGED = 64, /* records that tell it */
	QUOTED_MAX = 8192, /* bytes of such a record */
};

/* How a value is read. */
enum {
	SKIP,
	MARK, /* SKIP, of a key that leads on */
	STRING,
	INT,
	TIME, /* a number */
	CLOCK, /* a time as text */
	BOOL,
	OTHER,
};

/* An object, by the keys that lead to it. */
struct level {
	struct level *outer;
	struct json_node *node; /* NULL: nothing in it is wanted */
	struct place *rest; /* where all that is left of it was skipped */
	uint32_t depth;
	uint32_t key_len;
	char key[KEY_MAX];
};

struct place {
	struct edge *edge[FAN_MAX]; /* the first is layout->none if there are none */
	uint32_t n_edges;
	uint32_t how;
	struct json_node *node; /* NULL: neither wanted nor leads on */
	struct json_leaf *leaf;
	int64_t scale; /* of TIME: microseconds a unit */
	struct level *level; /* NULL: before the record, or behind it */
	uint32_t key_len;
	char key[KEY_MAX];
};

struct edge {
	char bytes[BYTES_MAX];
	struct place *to; /* NULL: to nowhere */
	uint32_t len;
	uint32_t beyond; /* a bit for each of the first 16 bytes that is behind them */
	uint32_t rare; /* one of the following */
	uint8_t is_long; /* more than 16 bytes */
	uint8_t scalar; /* the place leads on, so its value must be no array or object */
	uint8_t not_ascii;
	uint8_t n_enter;
	struct json_node *enter[ENTER_MAX];
};

/* Where quotes stand in a record that no backslash escapes, behind the last of them its end; and
 * its backslashes, a bit a byte.  Who goes astray looks at some more than there are. */
struct quotes {
	uint32_t n;
	uint32_t control, not_ascii, escapes; /* such a byte was met */
	uint16_t at[QUOTED_MAX + 128];
	uint64_t slash[QUOTED_MAX / 64 + 2];
};

/* A piece of a track: up to 16 bytes, and how the value behind them is read. */
struct track_step {
	bytes16 bytes;
	uint32_t beyond; /* as of an edge */
	uint16_t len, what;
	uint16_t quotes; /* among the bytes */
	uint16_t ahead; /* the value ends so many bytes before the next quote, or the end */
	uint32_t more; /* digits that the last number had behind the eighth: times, for one, are
			  mostly of one length */
	const struct place *place;
	struct json_leaf *leaf;
	int64_t scale;
};

struct track {
	uint32_t n_steps, n_missing;
	uint32_t not_ascii; /* of its edges */
	int by_quotes; /* which are found first */
	int could; /* be read so */
	uint32_t n_values, n_bytes; /* of a record: its values, and the bytes between them */
	uint32_t n_read; /* records, since it was last asked how long values are */
	uint64_t read; /* bytes of them */
	const struct json_leaf *missing[TRACE_MAX]; /* wanted, and not on it */
	struct track_step step[STEPS_MAX];
};

struct layout {
	uint32_t width; /* bytes in a register */

	/* The record being read. */
	uint32_t not_ascii; /* a byte may be beyond ASCII */
	int escaped; /* a backslash was in the last string */
	int result; /* of stray() */
	struct place *from;
	const char *p;

	/* Whether it pays: records tried, and how many of them brought trouble. */
	uint32_t tried, trouble;
	uint32_t pause, next_pause; /* records */

	/* The edges that the last record took; TRACE_MAX: too many, or not by edges alone. */
	uint32_t n_trace;
	const struct edge *trace[TRACE_MAX];
	char value[TRACE_MAX]; /* the first byte of the value behind each */

	uint32_t n_tracks;
	struct track *order[TRACKS_MAX]; /* first the one that was of use last */
	struct track track[TRACKS_MAX];
	uint32_t strays; /* since a record stayed on one */
	uint32_t wait, next_wait; /* records before new ones are tried */
	bytes16 minute; /* of the last time: `2015-07-15 00:00` */
	int64_t minute_us;
	struct quotes quotes;

	uint32_t n_places, n_levels, n_edges;
	struct place start, finish; /* before a record's first byte, behind its last */
	struct edge none; /* never fits */
	struct edge spare; /* where there is no room for another */
	struct place place[PLACES_MAX];
	struct level level[LEVELS_MAX];
	struct edge edge[EDGES_MAX];
};

/* track.c */

void track_clear(struct layout *layout);
/* The automaton has read a record of that length: whether its way becomes a track. */
void track_learn(struct json *json, uint32_t len);
/* As layout_run(), by the tracks alone; *copy goes behind the records read.  json->base and row are
 * then of the record that left them. */
uint32_t track_run(struct json *json, const struct weir_str *rec, uint32_t first, uint32_t n,
	const char **copy);

/* scan.c */

uint32_t layout_width(void);
/* Of a record of at most QUOTED_MAX bytes.  REQUIRES: width is 64. */
void layout_quotes(struct quotes *quotes, const char *p, uint32_t len);
/* As string_end(), whatever stands in it. */
const char *layout_string_rest(struct layout *layout, const char *p, const char *end);
/* The bracket that closes the depth'th of those that are open around p, or NULL. */
const char *layout_nest_end(struct layout *layout, const char *p, const char *end, uint32_t depth);

/* layout.c: a wanted value of any kind: behind it, or NULL. */
const char *layout_any(
	struct json *json, const struct json_node *node, const char *p, const char *end);

/* The quote that closes the string whose text begins at p; NULL: there is none. */
static inline const char *
string_end(struct layout *layout, const char *p, const char *end)
{
	const char *close = string_short(p);

	return close != NULL ? close : layout_string_rest(layout, p, end);
}

/* What nobody wants, whatever it is. */
static inline const char *
skip_value(struct layout *layout, const char *p, const char *end)
{
	if (*p == '"') {
		p = string_end(layout, p + 1, end);
		return p != NULL ? p + 1 : NULL;
	}
	if (*p == '{' || *p == '[') {
		p = layout_nest_end(layout, p + 1, end, 1);
		return p != NULL ? p + 1 : NULL;
	}
	return scalar_end(p, end);
}

#endif
