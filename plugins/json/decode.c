/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From records to columns.  Records are tried by the layout of those before them (layout.c); here
 * is what reads any record.  simdjson finds the tokens of many in one run; the walk over them then
 * enters only the objects that lead to a wanted value.  What is not wanted is not looked
 * into: there only strings, brackets and UTF-8 must be right.
 */
#include "json.h"

#include <ctype.h>

enum {
	RUN_BYTES = 1 << 16, /* of records to be indexed together: they and their tokens stay in the
				nearer caches */
	TRIED_AT_ONCE = 512, /* records, before it is seen how many had another layout */
};

static int take(struct json *json, struct json_node *node);

/* A member of an object cannot be read: why. */
static int
member_bad(struct json *json)
{
	const uint32_t *at = json->at;

	if (at[0] >= json->end)
		return json_truncated(json);
	if (json->base[at[0]] != '"')
		return json_bad(json, "byte %u is '%c' where a key should begin",
			at[0] - json->begin, json->base[at[0]]);
	if (at[1] >= json->end || (json->base[at[1]] == ':' && at[2] >= json->end))
		return json_truncated(json);
	return json_bad(json, "byte %u is '%c' where a colon should stand behind a key",
		at[1] - json->begin, json->base[at[1]]);
}

static int
guessed(const struct json_guess *guess, const char *key)
{
	uint64_t off = (json_load8(key) ^ guess->word[0]) & guess->mask[0];

	off |= (json_load8(key + 8) ^ guess->word[1]) & guess->mask[1];
	return off == 0 &&
	       (guess->len <= 16 || memcmp(key + 16, &guess->word[2], guess->len - 16) == 0);
}

/* `,` or the closing bracket.  1: there is more, 0: it is closed, -1: bad. */
static int
more(struct json *json, char close)
{
	uint32_t off = *json->at++;
	char c = json->base[off];

	if (off >= json->end)
		return json_truncated(json);
	if (c == ',')
		return 1;
	if (c != close)
		return json_bad(json, "byte %u is '%c' where a comma or '%c' should stand",
			off - json->begin, c, close);
	json->depth--;
	return 0;
}

static int
opened(struct json *json, char close)
{
	json->depth++;
	json->at++;
	if (json->base[*json->at] != close || *json->at >= json->end)
		return 1;
	json->depth--;
	json->at++;
	return 0;
}

/* All found: only the end of the record is still looked for. */
static int
drain(struct json *json)
{
	int rc = json_leave(json, json->depth);

	json->depth = 0;
	return rc < 0 ? rc : 1;
}

/* What the key at `at` leads to. */
static struct json_node *
find_child(struct json *json, struct json_node *node, uint32_t *place, const uint32_t *at)
{
	const char *key = json->base + at[0] + 1, *end = json->base + at[1] - 1;

	if (*place < node->n_guess && guessed(&node->guess[*place], key))
		return node->guess[(*place)++].node;
	while (json_is_space(*end))
		end--;
	return json_lookup(json, node, place, key, end);
}

/*
 * 0: behind the object, 1: all is found, behind the record; -1: bad.  The hot loop of a decoder:
 * three tokens a member, `"key" : value`, and one behind it.
 */
static int
walk_object(struct json *json, struct json_node *node)
{
	const char *base = json->base;
	const uint32_t *at;
	uint32_t place = 0, end = json->end;
	int rc = opened(json, '}');

	if (rc == 0)
		return 0;
	for (at = json->at;; at++) {
		struct json_node *child;
		char c;

		json->at = at;
		if (at[2] >= end || base[at[0]] != '"' || base[at[1]] != ':')
			return member_bad(json);
		child = find_child(json, node, &place, at);
		at += 2;
		c = base[*at];
		if (child != NULL && child->seen != json->serial) {
			json->at = at;
			rc = take(json, child);
			at = json->at;
		} else if (c == '{' || c == '[' || c == ',' || c == '}' || c == ']' || c == ':') {
			json->at = at;
			rc = json_skip(json);
			at = json->at;
		} else {
			at++;
			rc = 0;
		}
		if (rc != 0)
			return rc;
		if (base[*at] != ',' || *at >= end)
			break;
	}
	json->at = at;
	return more(json, '}');
}

static int
walk_array(struct json *json, struct json_node *node)
{
	struct json_node *child = node->child;
	uint32_t index;
	int rc = opened(json, ']');

	for (index = 0; rc > 0; index++) {
		if (child == NULL || child->step.name.p != NULL) {
			json->depth--;
			return json_leave(json, 1);
		}
		if (*json->at >= json->end)
			return json_truncated(json);
		if (child->step.index == index) {
			rc = take(json, child);
			child = child->next;
		} else {
			rc = json_skip(json);
		}
		if (rc != 0)
			return rc;
		rc = more(json, ']');
	}
	return rc;
}

/* Goes into a value if it leads on; else behind it. */
static int
enter(struct json *json, struct json_node *node)
{
	char c = json->base[*json->at];

	if (c == '{')
		return walk_object(json, node);
	if (c == '[')
		return walk_array(json, node);
	return json_skip(json);
}

static int
take(struct json *json, struct json_node *node)
{
	const uint32_t *at = json->at;
	int rc = 0;

	node->seen = json->serial;
	if (node->leaf != NULL)
		rc = json_value(json, node);
	if (rc == 0 && node->child != NULL) {
		json->at = at;
		rc = enter(json, node);
	}
	if (rc == 0 && json->left == 0)
		return drain(json);
	return rc;
}

/* Whether the text begins with that word and no longer one. */
static int
begins(const char *p, const char *word)
{
	size_t len = strlen(word);

	return memcmp(p, word, len) == 0 && !isalnum((unsigned char)p[len]);
}

static const char *
kind_of(const char *p)
{
	switch (*p) {
	case '"':
		return "a string";
	case '[':
		return "an array";
	case 't':
	case 'f':
		return begins(p, "true") || begins(p, "false") ? "a bool" : "no JSON";
	case 'n':
		return begins(p, "null") ? "null" : "no JSON";
	default:
		return *p == '-' || (*p >= '0' && *p <= '9') ? "a number" : "no JSON";
	}
}

static int
walk_record(struct json *json)
{
	struct json_node *root = &json->nodes[0];
	uint32_t off;
	char c;
	int rc;

	while (*json->at < json->begin)
		json->at++;
	off = *json->at;
	if (off >= json->end)
		return json_bad(json, "it is empty");
	c = json->base[off];
	if (c != '{' && (c != '[' || root->child == NULL || root->child->step.name.p != NULL))
		return json_bad(json, "it is %s, not an object", kind_of(json->base + off));
	rc = json->left == 0 ? json_leave(json, 0) : enter(json, root);
	if (rc < 0)
		return rc;
	if (*json->at < json->end)
		return json_bad(json, "byte %u is '%c', behind the end of the object",
			*json->at - json->begin, json->base[*json->at]);
	return 0;
}

/* The columns that a record leaves out, or all of them if it is bad. */
static void
nulls(struct json *json, int all)
{
	const struct json_leaf *leaf;
	uint32_t i;

	for (i = 0; i < json->n_nodes; i++)
		if (all || json->nodes[i].seen != json->serial)
			for (leaf = json->nodes[i].leaf; leaf != NULL; leaf = leaf->next)
				json_null(leaf, json->row);
}

void
json_missing(struct json *json)
{
	nulls(json, 0);
}

static void
read_record(struct json *json, uint32_t row, uint32_t begin, uint32_t len)
{
	const uint32_t *at = json->at;

	json->row = row;
	json->begin = begin;
	json->end = begin + len;
	json->left = json->n_leaves;
	json->depth = 0;
	json->serial++;
	if (walk_record(json) < 0) {
		json->at = at; /* it may have run into the next record */
		json->task->host->bad(json->task, row, json->why);
		nulls(json, 1);
	} else if (json->left != 0) {
		nulls(json, 0);
	}
}

/*
 * Whether nothing but a line's end stands between the records: a string that is not closed cannot
 * run through it, so what is wrong with one record is seen there.  Asked only after indexing, when
 * the bytes are in the cache.
 */
static int
are_lines(const struct weir_raw *raw, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = first; i + 1 < first + n; i++) {
		const char *p = raw->rec[i].p + raw->rec[i].len;

		if (p + 1 == raw->rec[i + 1].p ? *p != '\n' : p[0] != '\r' || p[1] != '\n')
			return 0;
	}
	return 1;
}

/* Records first ..+ n, which stand at json->base: one behind the other, or in a copy with a newline
 * between. */
static void
read_run(struct json *json, const struct weir_raw *raw, uint32_t first, uint32_t n, size_t len,
	int copied)
{
	uint32_t i, n_at, begin = 0;
	const char *base = json->base;
	const char *why = json_index_run(json->index, base, len, &json->at, &n_at);
	int together = why == NULL && (copied || are_lines(raw, first, n));

	if (why != NULL && n == 1) {
		json->row = first;
		nulls(json, 1);
		json->task->host->bad(json->task, first, why);
		return;
	}
	for (i = 0; i < n; i++) {
		const struct weir_str *rec = &raw->rec[first + i];

		if (!copied)
			begin = (uint32_t)(rec->p - raw->rec[first].p);
		if (together) {
			read_record(json, first + i, begin, rec->len);
		} else {
			/* One of them spoils the run: each by itself. */
			json->base = base + begin;
			read_run(json, raw, first + i, 1, rec->len, 0);
		}
		begin += rec->len + 1;
	}
}

/* As read_run(), by the layout of earlier records; those that have another are read one by one. */
static void
try_run(struct json *json, const struct weir_raw *raw, uint32_t first, uint32_t n, const char *copy)
{
	uint32_t end = first + n, i;

	json->begin = 0;
	for (;;) {
		n = layout_run(json, raw->rec + first, first, end - first, copy);
		if (copy != NULL)
			for (i = first; i < first + n; i++)
				copy += raw->rec[i].len + 1;
		first += n;
		if (first == end)
			break;
		for (i = 0; i < json->n_leaves; i++)
			weir_bit_set(json->leaves[i].valid, first);
		json->base = copy != NULL ? copy : raw->rec[first].p;
		if (copy != NULL)
			copy += raw->rec[first].len + 1;
		read_run(json, raw, first, 1, raw->rec[first].len, 0);
		if (++first == end)
			break;
	}
}

/* How many records from `first` on, before `last`, stand one behind the other, as lines do. */
static uint32_t
adjoining(const struct weir_raw *raw, uint32_t first, uint32_t last, size_t *len)
{
	const char *begin = raw->rec[first].p, *end = begin + raw->rec[first].len;
	uint32_t i;

	for (i = first + 1; i < last; i++) {
		const struct weir_str *rec = &raw->rec[i];

		if ((rec->p != end + 1 && rec->p != end + 2) ||
			(size_t)(rec->p + rec->len - begin) > RUN_BYTES)
			break;
		end = rec->p + rec->len;
	}
	*len = (size_t)(end - begin);
	return i - first;
}

/* As adjoining(), in a copy. */
static uint32_t
copied(struct json *json, const struct weir_raw *raw, uint32_t first, size_t *len)
{
	size_t total = raw->rec[first].len;
	uint32_t i, n = 1;
	char *to;

	while (first + n < raw->n && total + 1 + raw->rec[first + n].len <= RUN_BYTES)
		total += 1 + raw->rec[first + n++].len;
	to = json_room(&json->copy, &json->copy_cap, total);
	if (to == NULL)
		return 0;
	for (i = first; i < first + n; i++) {
		if (i > first)
			*to++ = '\n';
		memcpy(to, raw->rec[i].p, raw->rec[i].len);
		to += raw->rec[i].len;
	}
	memset(to, 0, JSON_SLACK);
	*len = total;
	return n;
}

int
json_decode_some(struct json *json, const struct weir_raw *raw, uint32_t first, uint32_t n)
{
	int copying = raw->slack < JSON_SLACK;
	uint32_t end = first + n;
	size_t len;

	for (; first < end; first += n) {
		int trusted = layout_trusted(json->layout);

		if (copying)
			n = copied(json, raw, first, &len);
		else if (trusted)
			n = end - first < TRIED_AT_ONCE ? end - first : TRIED_AT_ONCE;
		else
			n = adjoining(raw, first, end, &len);
		if (n == 0)
			return weir_fail(json->task->err, -ENOMEM, "out of memory");
		json->base = copying ? json->copy : raw->rec[first].p;
		if (trusted) {
			try_run(json, raw, first, n, copying ? json->copy : NULL);
		} else {
			read_run(json, raw, first, n, len, copying);
			layout_passed(json->layout, n);
		}
	}
	return WEIR_OK;
}

int
json_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct json *json = self;
	const uint64_t *only;
	int rc;

	json->task = task;
	json->out = out;
	rc = json_want(json, out);
	if (rc < 0)
		return rc;
	only = raw->slack >= JSON_SLACK && json->layout != NULL ? task->host->early(out) : NULL;
	if (only != NULL)
		return json_decode_early(json, raw, out, only);
	return json_decode_some(json, raw, 0, raw->n);
}
