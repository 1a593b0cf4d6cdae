/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and rows as JSON, and keys from text; see look.h and look_key.h. */
#include "state/look_key.h"

#include "base/err.h"
#include "state/codec.h"
#include "state/look.h"
#include "state/manifest_types.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

static bool
varies(uint32_t type)
{
	return type == WEIR_STRING || type == WEIR_BYTES || type == WEIR_JSON;
}

bool
wr_look_key_is_sound(const struct wr_key *key, const uint32_t *types, uint32_t n)
{
	struct wr_reader in;

	if (n == 1 && (key->len == WR_KEY_NULL || varies(types[0])))
		return true;
	if (n == 1)
		return key->len == (types[0] == WEIR_BOOL ? 1 : 8);
	if (key->len == WR_KEY_NULL)
		return false;
	in = wr_reader_of(wr_key_bytes(key), key->len);
	for (uint32_t c = 0; c < n; c++) {
		if (wr_reader_number(&in, 1) == 0)
			continue;
		wr_reader_bytes(&in, varies(types[c])        ? wr_reader_number(&in, 4)
				     : types[c] == WEIR_BOOL ? 1
							     : 8);
	}
	return !in.bad && in.p == in.end;
}

void
wr_look_bytes_json(const char *p, size_t len, struct wr_text *out)
{
	json_t *text = json_stringn(p, len);

	/* NULL: it is not UTF-8. */
	if (text != NULL) {
		wr_text_json(out, p, len);
		json_decref(text);
		return;
	}
	wr_text_put(out, "{\"hex\": \"");
	for (size_t i = 0; i < len; i++)
		wr_text_printf(out, "%02x", (uint8_t)p[i]);
	wr_text_put(out, "\"}");
}

static void
put_value(const struct weir_column *col, struct wr_text *out)
{
	double d;

	if (weir_null_at(col, 0)) {
		wr_text_put(out, "null");
		return;
	}
	switch (col->type) {
	case WEIR_BOOL:
		wr_text_put(out, weir_bool_at(col, 0) ? "true" : "false");
		break;
	case WEIR_STRING:
	case WEIR_BYTES:
	case WEIR_JSON:
		wr_look_bytes_json(weir_str_at(col, 0).p, weir_str_at(col, 0).len, out);
		break;
	case WEIR_FLOAT64:
		memcpy(&d, col->values, sizeof d);
		wr_text_printf(out, isfinite(d) ? "%.17g" : "\"%g\"", d);
		break;
	default:
		wr_text_printf(out, "%lld", (long long)*(const int64_t *)col->values);
		break;
	}
}

void
wr_look_key_json(const struct wr_key *key, const uint32_t *types, uint32_t n, struct wr_text *out)
{
	struct wr_arena arena = {.chunk_size = 1024};
	const struct weir_column **cols = wr_arena_array(&arena, const struct weir_column *, n);

	wr_keys_to_columns(key, 1, types, n, cols, &arena);
	wr_text_put(out, "[");
	for (uint32_t c = 0; c < n; c++) {
		wr_text_put(out, c > 0 ? ", " : "");
		put_value(cols[c], out);
	}
	wr_text_put(out, "]");
	wr_arena_fini(&arena);
}

/* A slot: cells as bytes, words as numbers; alone if there is only one of either. */
static const uint8_t *
put_slot(const struct wr_kept_slot *slot, const uint8_t *row, const uint8_t *cells,
	struct wr_text *out)
{
	uint32_t words = (slot->bytes + 7) / 8;

	wr_text_put(out, words == 1 ? "" : "[");
	for (uint32_t i = 0; i < words; i++) {
		int64_t word;

		memcpy(&word, row + i * sizeof word, sizeof word);
		wr_text_put(out, i > 0 ? ", " : "");
		if (i < slot->cells) {
			wr_look_bytes_json((const char *)cells, (size_t)word, out);
			cells += word;
		} else {
			wr_text_printf(out, "%lld", (long long)word);
		}
	}
	wr_text_put(out, words == 1 ? "" : "]");
	return cells;
}

void
wr_look_row_json(const struct wr_look_row *row, struct wr_text *out)
{
	const uint8_t *at = row->row, *cells = row->cells;

	wr_text_put(out, "{\"operator\": ");
	wr_text_json(out, row->op, strlen(row->op));
	wr_text_put(out, ", \"table\": ");
	wr_text_json(out, row->table, strlen(row->table));
	wr_text_put(out, ", \"key\": ");
	wr_look_key_json(&row->key, row->key_types, row->n_keys, out);
	wr_text_printf(out, ", \"ns\": %lld, \"slots\": {", (long long)row->ns);
	for (uint32_t i = 0; i < row->n_slots; i++) {
		wr_text_put(out, i > 0 ? ", " : "");
		wr_text_json(out, row->slots[i].name, strlen(row->slots[i].name));
		wr_text_put(out, ": ");
		cells = put_slot(&row->slots[i], at, cells, out);
		at += (row->slots[i].bytes + 7) & ~7u;
	}
	wr_text_put(out, "}}");
}

/* Keys from text. */

static bool
read_json(const json_t *value, struct weir_column *col, struct wr_arena *arena)
{
	uint64_t *word = wr_arena_zalloc(arena, sizeof(struct weir_view));
	struct weir_view view = {0};
	double d;

	col->values = word;
	if (json_is_null(value)) {
		col->valid = wr_arena_zalloc(arena, sizeof(uint64_t));
		return true;
	}
	if (varies(col->type) && json_is_string(value)) {
		const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, 1);

		view.len = (uint32_t)json_string_length(value);
		bufs[0] = (const uint8_t *)wr_arena_dup(arena, json_string_value(value), view.len);
		col->bufs = bufs;
		memcpy(word, &view, sizeof view);
		memcpy((uint8_t *)word + offsetof(struct weir_view, head), bufs[0],
			view.len <= WR_KEY_INLINE ? view.len : sizeof view.head);
		return true;
	}
	if (col->type == WEIR_BOOL && json_is_boolean(value))
		*word = json_is_true(value);
	else if (col->type == WEIR_FLOAT64 && json_is_number(value))
		memcpy(word, (d = json_number_value(value), &d), sizeof d);
	else if ((col->type == WEIR_INT64 || col->type == WEIR_TIMESTAMP) && json_is_integer(value))
		*word = (uint64_t)json_integer_value(value);
	else
		return false;
	return true;
}

static int
read_mismatch(const char *text, const uint32_t *types, uint32_t n, struct weir_err *err)
{
	struct wr_text want = {0};

	wr_manifest_put_types(&want, types, n);
	wr_err_set(err, -EINVAL,
		"\"%s\" is no key of a table keyed by %s; write a value or a JSON list of %u", text,
		want.p, n);
	wr_text_fini(&want);
	return -EINVAL;
}

/* The list of values that the text is: of one string column it may be the string itself. */
static json_t *
read_list(const char *text, const uint32_t *types, uint32_t n)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL), *list;

	if (json_is_array(value) && json_array_size(value) == n)
		return value;
	if (n == 1 && varies(types[0]) && !json_is_string(value)) {
		json_decref(value);
		value = json_string(text);
	}
	list = json_array();
	json_array_append_new(list, value);
	return list;
}

int
wr_look_key_read(struct wr_key *key, const char *text, const uint32_t *types, uint32_t n,
	struct wr_arena *arena, struct weir_err *err)
{
	struct weir_column *cols = wr_arena_zalloc(arena, (n + 1) * sizeof *cols);
	const struct weir_column **list = wr_arena_array(arena, const struct weir_column *, n + 1);
	json_t *values = read_list(text, types, n);
	bool fits = json_array_size(values) == n;

	for (uint32_t c = 0; fits && c < n; c++) {
		cols[c] = (struct weir_column){.size = sizeof *cols, .type = types[c]};
		list[c] = &cols[c];
		fits = read_json(json_array_get(values, c), &cols[c], arena);
	}
	json_decref(values);
	if (!fits)
		return read_mismatch(text, types, n, err);
	wr_keys_of(list, n, NULL, 1, key, NULL, arena);
	return 0;
}
