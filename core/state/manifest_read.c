/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a manifest; see manifest.h. */
#include "base/err.h"
#include "state/manifest_types.h"

#include <jansson.h>
#include <stdio.h>

static const char *const type_names[] = {[WEIR_BOOL] = "bool",
	[WEIR_INT64] = "int",
	[WEIR_FLOAT64] = "float",
	[WEIR_TIMESTAMP] = "timestamp",
	[WEIR_STRING] = "string",
	[WEIR_BYTES] = "bytes",
	[WEIR_JSON] = "json"};
enum { N_TYPES = sizeof type_names / sizeof type_names[0] };

const char *
wr_manifest_type(uint32_t type)
{
	return type > 0 && type < N_TYPES ? type_names[type] : "?";
}

uint32_t
wr_manifest_type_named(const char *name)
{
	for (uint32_t i = 1; i < N_TYPES; i++)
		if (strcmp(type_names[i], name) == 0)
			return i;
	return 0;
}

struct read {
	struct wr_manifest *manifest;
	struct weir_err *err;
	bool failed;
};

static void
read_fail(struct read *read, const char *what)
{
	if (!read->failed)
		wr_err_set(read->err, -EUCLEAN, "%s", what);
	read->failed = true;
}

static const char *
read_name(struct read *read, const json_t *object, const char *member)
{
	const json_t *value = json_object_get(object, member);

	if (!json_is_string(value)) {
		if (!read->failed)
			wr_err_set(read->err, -EUCLEAN, "\"%s\" is missing or no string", member);
		read->failed = true;
		return "";
	}
	return wr_arena_dup(
		&read->manifest->arena, json_string_value(value), json_string_length(value));
}

static uint64_t
read_number(struct read *read, const json_t *object, const char *member, uint64_t max)
{
	const json_t *value = json_object_get(object, member);
	json_int_t v = json_integer_value(value);

	if (!json_is_integer(value) || v < 0 || (uint64_t)v > max) {
		if (!read->failed)
			wr_err_set(
				read->err, -EUCLEAN, "\"%s\" is missing or out of range", member);
		read->failed = true;
		return 0;
	}
	return (uint64_t)v;
}

/* The list and how many it has. */
static const json_t *
read_list(struct read *read, const json_t *object, const char *member, uint32_t *n)
{
	const json_t *value = json_object_get(object, member);

	*n = (uint32_t)json_array_size(value);
	if (!json_is_array(value) || json_array_size(value) > UINT16_MAX) {
		if (!read->failed)
			wr_err_set(read->err, -EUCLEAN, "\"%s\" is missing or no list", member);
		read->failed = true;
		*n = 0;
	}
	return value;
}

static struct wr_shape
read_shape(struct read *read, const json_t *list)
{
	uint32_t n = (uint32_t)json_array_size(list);
	struct wr_kept_slot *slots = wr_arena_array(&read->manifest->arena, struct wr_kept_slot, n);

	if (!json_is_array(list))
		read_fail(read, "\"shapes\" has something that is no list");
	for (uint32_t i = 0; i < n; i++) {
		const json_t *slot = json_array_get(list, i);

		slots[i].name = read_name(read, slot, "name");
		slots[i].bytes = (uint32_t)read_number(read, slot, "bytes", UINT16_MAX * 64);
		slots[i].cells = (uint32_t)read_number(read, slot, "cells", slots[i].bytes / 8);
		slots[i].version = (uint32_t)read_number(read, slot, "version", UINT32_MAX);
	}
	return (struct wr_shape){.slots = slots, .n_slots = n};
}

/* Of tables that an older weir wrote they are not known. */
static const char *const *
read_key_texts(struct read *read, const json_t *object, uint32_t n_keys)
{
	const char **texts = wr_arena_array(&read->manifest->arena, const char *, n_keys);
	const json_t *list = json_object_get(object, "by");

	if (list == NULL)
		return NULL;
	if (json_array_size(list) != n_keys)
		read_fail(read, "\"by\" has not as many as \"keys\"");
	for (uint32_t i = 0; i < n_keys; i++) {
		const json_t *text = json_array_get(list, i);

		if (!json_is_string(text))
			read_fail(read, "\"by\" has something that is no string");
		else
			texts[i] = wr_arena_dup(&read->manifest->arena, json_string_value(text),
				json_string_length(text));
	}
	return texts;
}

static void
read_table(struct read *read, struct wr_stored_table *table, const json_t *object)
{
	struct wr_arena *arena = &read->manifest->arena;
	const json_t *list;
	struct wr_shape *shapes;
	uint32_t *types;

	*table = (struct wr_stored_table){.name = read_name(read, object, "name"),
		.flags = strcmp(read_name(read, object, "order"), "key") == 0 ? WEIR_BY_KEY
									      : WEIR_BY_NS};
	table->id = (uint32_t)read_number(read, object, "id", UINT32_MAX);
	list = read_list(read, object, "keys", &table->n_keys);
	table->key_types = types = wr_arena_array(arena, uint32_t, table->n_keys);
	for (uint32_t i = 0; i < table->n_keys; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		types[i] = wr_manifest_type_named(name == NULL ? "" : name);
		if (types[i] == 0)
			read_fail(read, "\"keys\" has something that is no type");
	}
	table->key_texts = read_key_texts(read, object, table->n_keys);
	list = read_list(read, object, "shapes", &table->n_shapes);
	table->shapes = shapes = wr_arena_array(arena, struct wr_shape, table->n_shapes);
	for (uint32_t i = 0; i < table->n_shapes; i++)
		shapes[i] = read_shape(read, json_array_get(list, i));
	table->shape = (uint32_t)read_number(read, object, "shape", UINT32_MAX);
	if (table->shape >= table->n_shapes)
		read_fail(read, "\"shape\" is out of range");
}

static void
read_keeps(struct read *read, struct wr_stored_op *op, const json_t *object)
{
	const struct {
		const char *what;
		bool *has;
	} keeps[] = {{"private", &op->has_private}, {"timers", &op->has_timers},
		{"position", &op->has_position}, {"output", &op->has_output}};
	enum { KEEPS = sizeof keeps / sizeof keeps[0] };
	uint32_t n, k;
	const json_t *list = read_list(read, object, "keeps", &n);

	for (uint32_t i = 0; i < n; i++) {
		const char *what = json_string_value(json_array_get(list, i));

		for (k = 0; what != NULL && k < KEEPS && strcmp(what, keeps[k].what) != 0; k++)
			;
		if (what == NULL || k == KEEPS)
			read_fail(read, "\"keeps\" has something that this weir does not know");
		else
			*keeps[k].has = true;
	}
}

static void
read_op(struct read *read, struct wr_stored_op *op, const json_t *object)
{
	const json_t *tables;

	*op = (struct wr_stored_op){
		.name = read_name(read, object, "name"), .word = read_name(read, object, "word")};
	read_keeps(read, op, object);
	op->id = (uint32_t)read_number(read, object, "id", UINT32_MAX);
	op->state_version = (uint32_t)read_number(read, object, "state_version", UINT32_MAX);
	op->parallelism = (uint32_t)read_number(read, object, "parallelism", UINT16_MAX);
	tables = read_list(read, object, "tables", &op->n_tables);
	op->tables = wr_arena_array(&read->manifest->arena, struct wr_stored_table, op->n_tables);
	for (uint32_t i = 0; i < op->n_tables; i++)
		read_table(read, &op->tables[i], json_array_get(tables, i));
}

static void
read_all(struct read *read, const json_t *root)
{
	struct wr_manifest *manifest = read->manifest;
	const char *uuid = read_name(read, root, "uuid");
	const json_t *ops;

	if (strlen(uuid) == WR_UUID_LEN)
		memcpy(manifest->uuid, uuid, WR_UUID_LEN);
	else
		read_fail(read, "\"uuid\" is not 32 characters long");
	manifest->pipeline = read_name(read, root, "pipeline");
	manifest->epoch = read_number(read, root, "epoch", INT64_MAX);
	manifest->max_parallelism =
		(uint32_t)read_number(read, root, "max_parallelism", UINT16_MAX);
	manifest->next_id = (uint32_t)read_number(read, root, "next_id", UINT32_MAX);
	ops = read_list(read, root, "operators", &manifest->n_ops);
	manifest->ops = wr_arena_array(&manifest->arena, struct wr_stored_op, manifest->n_ops);
	for (uint32_t i = 0; i < manifest->n_ops; i++)
		read_op(read, &manifest->ops[i], json_array_get(ops, i));
}

int
wr_manifest_parse(struct wr_manifest *manifest, const char *text, size_t len, struct weir_err *err)
{
	struct read read = {.manifest = manifest, .err = err};
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	uint64_t format;

	*manifest = (struct wr_manifest){0};
	if (root == NULL)
		return wr_err_set(err, -EUCLEAN, "line %d: %s", error.line, error.text);
	format = read_number(&read, root, "format", UINT32_MAX);
	if (!read.failed && format != WR_MANIFEST_FORMAT) {
		wr_err_set(err, -EUCLEAN, "it is of format %llu; this weir reads format %d",
			(unsigned long long)format, WR_MANIFEST_FORMAT);
		read.failed = true;
	}
	if (!read.failed)
		read_all(&read, root);
	json_decref(root);
	if (read.failed) {
		wr_manifest_fini(manifest);
		return -EUCLEAN;
	}
	wr_manifest_show(manifest);
	return 0;
}

int
wr_manifest_load(struct wr_manifest *manifest, const char *dir, struct weir_err *err)
{
	struct wr_text path = {0}, text = {0};
	struct weir_err why = {0};
	char buf[4096];
	size_t n;
	FILE *file;
	int rc = 0;

	wr_text_printf(&path, "%s/manifest.json", dir);
	file = fopen(path.p, "re");
	if (file == NULL)
		rc = wr_err_set(err, -errno, "cannot open \"%s\": %s", path.p, strerror(errno));
	while (file != NULL && (n = fread(buf, 1, sizeof buf, file)) > 0)
		wr_text_add(&text, buf, n);
	if (file != NULL && ferror(file))
		rc = wr_err_set(err, -EIO, "cannot read \"%s\": %s", path.p, strerror(errno));
	if (file != NULL)
		fclose(file);
	if (rc == 0 && wr_manifest_parse(manifest, text.p, text.len, &why) < 0)
		rc = wr_err_set(err, -EUCLEAN, "\"%s\" is damaged: %s", path.p, why.text);
	wr_text_fini(&path);
	wr_text_fini(&text);
	return rc;
}
