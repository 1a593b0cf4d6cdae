/* SPDX-License-Identifier: Apache-2.0 */
/* From records to columns. */
#include "logfmt.h"

#include "../bytes/mask.h"
#include "../json/json.h"

static int
bad_value(struct logfmt *logfmt, const struct scalar_field *field, struct weir_str text, int how)
{
	scalar_unfit(field, text.p, text.len, how, logfmt->why);
	return -1;
}

/* Without its escapes, in scratch. */
static int
unescape(struct logfmt *logfmt, const struct scalar_field *field, struct weir_str *text)
{
	char *to = scalar_room(&logfmt->scratch, &logfmt->scratch_cap, text->len);
	ptrdiff_t len = to != NULL ? json_unescape(text->p, text->p + text->len, to) : -1;

	if (len < 0) {
		snprintf(logfmt->why, sizeof logfmt->why, "field \"%.*s\" has a wrong escape",
			(int)(field->name.len > 64 ? 64 : field->name.len), field->name.p);
		return -1;
	}
	*text = (struct weir_str){.p = to, .len = (uint32_t)len};
	return 0;
}

static int
take_bytes(struct logfmt *logfmt, const struct logfmt_leaf *leaf, struct weir_str text)
{
	char *to = logfmt->scratch;
	ptrdiff_t len;

	if (text.p != to)
		to = scalar_room(&logfmt->scratch, &logfmt->scratch_cap, text.len);
	len = to != NULL ? scalar_unbase64(text.p, text.p + text.len, to) : -1;
	if (len < 0)
		return bad_value(logfmt, leaf->field, text, SCALAR_NOT);
	logfmt->task->host->text(logfmt->out, leaf->field->col, logfmt->row, to, (uint32_t)len);
	return 0;
}

/* The value of a pair into one column. */
static int
take_value(struct logfmt *logfmt, struct logfmt_leaf *leaf, const struct logfmt_pair *pair)
{
	const struct scalar_field *field = leaf->field;
	struct weir_str text = pair->value;
	int rc;

	leaf->seen = logfmt->serial;
	weir_bit_set(leaf->valid, logfmt->row); /* the value before it may have been null */
	if (!pair->has_value ||
		(text.len == 0 && field->type != WEIR_STRING && field->type != WEIR_BYTES)) {
		if (field->type == WEIR_BOOL && !pair->has_value)
			weir_bit_set(leaf->values, logfmt->row);
		else
			scalar_null(field->type, leaf->values, leaf->valid, logfmt->row);
		return 0;
	}
	if (pair->escaped && unescape(logfmt, field, &text) < 0)
		return -1;
	if (field->type == WEIR_BYTES)
		return take_bytes(logfmt, leaf, text);
	if (field->type < WEIR_STRING) {
		rc = scalar_take(field, text.p, text.len, leaf->values, logfmt->row);
		return rc == 0 ? 0 : bad_value(logfmt, field, text, rc);
	}
	if (field->type == WEIR_JSON && !scalar_is_json(text.p, text.len))
		return bad_value(logfmt, field, text, SCALAR_NOT);
	if (pair->escaped)
		logfmt->task->host->text(logfmt->out, field->col, logfmt->row, text.p, text.len);
	else
		scalar_share((struct weir_view *)leaf->values + logfmt->row, text.p, text.len,
			logfmt->row, (size_t)(text.p - logfmt->begin));
	return 0;
}

static int32_t
find_key(const struct logfmt *logfmt, struct weir_str key)
{
	uint32_t i;

	for (i = 0; i < logfmt->n_leaves; i++) {
		const struct weir_str *have = &logfmt->leaf[i].field->key;

		if (have->len == key.len && memcmp(have->p, key.p, key.len) == 0)
			return (int32_t)i;
	}
	return -1;
}

/* p has slack: mostly its first eight bytes are all of it. */
static inline int
is_key(const struct logfmt_guess *guess, const char *p)
{
	uint64_t have, want;

	memcpy(&have, p, sizeof have);
	memcpy(&want, guess->key, sizeof want);
	if (guess->len < 8)
		return (have ^ want) << (64 - 8 * guess->len) == 0;
	return have == want && memcmp(guess->key + 8, p + 8, guess->len - 8) == 0;
}

/* Whose key it is: most often that of the same place in the record before.  -1: nobody's. */
static int32_t
lookup(struct logfmt *logfmt, uint32_t place, struct weir_str key)
{
	struct logfmt_guess *guess = &logfmt->guess[place % LOGFMT_GUESSES];
	int32_t leaf;

	if (guess->len == key.len && is_key(guess, key.p))
		return guess->leaf;
	leaf = find_key(logfmt, key);
	if (key.len <= LOGFMT_GUESS_LEN) {
		guess->len = key.len;
		guess->leaf = leaf;
		memcpy(guess->key, key.p, key.len);
	}
	return leaf;
}

/* The record at p, which has slack.  The last of equal keys counts. */
static int
read_record(struct logfmt *logfmt, const char *p, uint32_t len)
{
	const char *end = p + len;
	struct logfmt_pair pair;
	uint32_t place = 0, at;
	uint64_t high = 0;
	int rc;

	logfmt->begin = p;
	logfmt->serial++;
	for (at = 0; at < len && high == 0; at += 64)
		high = mask_high(p + at) & mask_first(len - at);
	if (high != 0 && !scalar_is_utf8(p, len)) {
		memcpy(logfmt->why, "it is not UTF-8", 16);
		return -1;
	}
	while ((rc = logfmt_pair(logfmt, &p, end, &pair)) > 0) {
		int32_t leaf = lookup(logfmt, place++, pair.key);

		for (; leaf >= 0; leaf = logfmt->leaf[leaf].same)
			if (take_value(logfmt, &logfmt->leaf[leaf], &pair) < 0)
				return -1;
	}
	return rc;
}

/* The columns that a record leaves out, or all of them if it is bad. */
static void
nulls(struct logfmt *logfmt, int all)
{
	uint32_t i;

	for (i = 0; i < logfmt->n_leaves; i++) {
		const struct logfmt_leaf *leaf = &logfmt->leaf[i];

		if (all || leaf->seen != logfmt->serial)
			scalar_null(leaf->field->type, leaf->values, leaf->valid, logfmt->row);
	}
}

/* The columns that somebody reads. */
static void
find_leaves(struct logfmt *logfmt)
{
	const struct logfmt_conf *conf = logfmt->conf;
	uint32_t i, n = 0, k;

	for (i = 0; i < conf->n_fields; i++) {
		struct weir_vec *vec = logfmt->task->host->vec(logfmt->out, conf->fields[i].col);
		struct logfmt_leaf *leaf = &logfmt->leaf[n];

		if (vec == NULL)
			continue;
		if (n >= logfmt->n_leaves || leaf->field != &conf->fields[i])
			memset(logfmt->guess, 0, sizeof logfmt->guess); /* others are wanted */
		*leaf = (struct logfmt_leaf){&conf->fields[i], vec->values, vec->valid, 0, -1};
		for (k = n; k-- > 0;)
			if (logfmt->leaf[k].field->key.len == leaf->field->key.len &&
				memcmp(logfmt->leaf[k].field->key.p, leaf->field->key.p,
					leaf->field->key.len) == 0) {
				logfmt->leaf[k].same = (int32_t)n;
				break;
			}
		n++;
	}
	if (n != logfmt->n_leaves)
		memset(logfmt->guess, 0, sizeof logfmt->guess);
	logfmt->n_leaves = n;
}

/* The record with LOGFMT_SLACK bytes behind it. */
static const char *
with_slack(struct logfmt *logfmt, const struct weir_raw *raw, uint32_t i)
{
	char *copy;

	if (raw->slack >= LOGFMT_SLACK)
		return raw->rec[i].p;
	copy = scalar_room(&logfmt->copy, &logfmt->copy_cap, raw->rec[i].len);
	if (copy != NULL) {
		memcpy(copy, raw->rec[i].p, raw->rec[i].len);
		memset(copy + raw->rec[i].len, 0, LOGFMT_SLACK);
	}
	return copy;
}

int
logfmt_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct logfmt *logfmt = self;
	uint32_t i;

	logfmt->task = task;
	logfmt->out = out;
	find_leaves(logfmt);
	for (i = 0; i < raw->n; i++) {
		const char *p = with_slack(logfmt, raw, i);

		if (p == NULL)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		logfmt->row = i;
		if (read_record(logfmt, p, raw->rec[i].len) < 0) {
			task->host->bad(task, i, logfmt->why);
			nulls(logfmt, 1);
		} else {
			nulls(logfmt, 0);
		}
	}
	return WEIR_OK;
}
