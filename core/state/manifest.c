/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest: made, compared and printed; manifest_read.c parses it.  See manifest.h. */
#include "state/manifest.h"

#include "base/err.h"
#include "state/manifest_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static const char *
manifest_dup(struct wr_manifest *manifest, const char *name)
{
	return wr_arena_dup(&manifest->arena, name, strlen(name));
}

int
wr_manifest_init(struct wr_manifest *manifest, const char *pipeline, struct weir_err *err)
{
	uint8_t random[WR_UUID_LEN / 2];

	*manifest = (struct wr_manifest){.next_id = 1};
	if (getrandom(random, sizeof random, 0) != sizeof random)
		return wr_err_set(err, -errno, "cannot get random bytes: %s", strerror(errno));
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(manifest->uuid + 2 * i, 3, "%02x", random[i]);
	manifest->pipeline = manifest_dup(manifest, pipeline);
	manifest->kept.pipeline = manifest->pipeline;
	return 0;
}

void
wr_manifest_fini(struct wr_manifest *manifest)
{
	wr_arena_fini(&manifest->arena);
	*manifest = (struct wr_manifest){0};
}

const struct wr_stored_op *
wr_manifest_op(const struct wr_manifest *manifest, const char *name)
{
	for (uint32_t i = 0; i < manifest->n_ops; i++)
		if (strcmp(manifest->ops[i].name, name) == 0)
			return &manifest->ops[i];
	return NULL;
}

const struct wr_stored_table *
wr_manifest_table(const struct wr_stored_op *op, const char *name)
{
	for (uint32_t i = 0; i < op->n_tables; i++)
		if (strcmp(op->tables[i].name, name) == 0)
			return &op->tables[i];
	return NULL;
}

bool
wr_manifest_has_op(const struct wr_manifest *manifest, uint32_t id)
{
	for (uint32_t i = 0; i < manifest->n_ops; i++)
		if (manifest->ops[i].id == id)
			return true;
	return false;
}

bool
wr_manifest_has_table(const struct wr_manifest *manifest, uint32_t id)
{
	for (uint32_t i = 0; i < manifest->n_ops; i++)
		for (uint32_t t = 0; t < manifest->ops[i].n_tables; t++)
			if (manifest->ops[i].tables[t].id == id)
				return true;
	return false;
}

const char *
wr_manifest_order(uint32_t flags)
{
	return (flags & WEIR_BY_KEY) != 0 ? "key" : "namespace";
}

void
wr_manifest_put_types(struct wr_text *out, const uint32_t *types, uint32_t n)
{
	wr_text_put(out, "(");
	for (uint32_t i = 0; i < n; i++)
		wr_text_printf(out, "%s%s", i > 0 ? ", " : "", wr_manifest_type(types[i]));
	wr_text_put(out, ")");
}

/* Making the next one. */

static bool
shape_is(const struct wr_shape *shape, const struct wr_kept_table *kept)
{
	bool same = shape->n_slots == kept->n_slots;

	for (uint32_t i = 0; same && i < kept->n_slots; i++) {
		const struct wr_kept_slot *a = &shape->slots[i], *b = &kept->slots[i];

		same = strcmp(a->name, b->name) == 0 && a->bytes == b->bytes &&
		       a->cells == b->cells && a->version == b->version;
	}
	return same;
}

static struct wr_shape
shape_copy(struct wr_manifest *next, const struct wr_kept_slot *from, uint32_t n)
{
	struct wr_kept_slot *slots = wr_arena_array(&next->arena, struct wr_kept_slot, n);

	for (uint32_t i = 0; i < n; i++) {
		slots[i] = from[i];
		slots[i].name = manifest_dup(next, from[i].name);
	}
	return (struct wr_shape){.slots = slots, .n_slots = n};
}

static const char *const *
texts_copy(struct wr_manifest *next, const char *const *from, uint32_t n)
{
	const char **texts = wr_arena_array(&next->arena, const char *, n);

	if (from == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		texts[i] = manifest_dup(next, from[i]);
	return texts;
}

static struct wr_stored_table
table_copy(struct wr_manifest *next, const struct wr_stored_table *last)
{
	struct wr_shape *shapes = wr_arena_array(&next->arena, struct wr_shape, last->n_shapes + 1);
	uint32_t *types = wr_arena_array(&next->arena, uint32_t, last->n_keys);
	struct wr_stored_table table = *last;

	for (uint32_t i = 0; i < last->n_shapes; i++)
		shapes[i] = shape_copy(next, last->shapes[i].slots, last->shapes[i].n_slots);
	if (last->n_keys > 0)
		memcpy(types, last->key_types, last->n_keys * sizeof *types);
	table.name = manifest_dup(next, last->name);
	table.shapes = shapes;
	table.key_types = types;
	table.key_texts = texts_copy(next, last->key_texts, last->n_keys);
	return table;
}

static struct wr_stored_table
table_make(struct wr_manifest *next, const struct wr_kept_table *kept)
{
	struct wr_stored_table table = {.name = kept->name,
		.id = next->next_id++,
		.flags = (kept->flags & WEIR_BY_KEY) != 0 ? WEIR_BY_KEY : WEIR_BY_NS,
		.n_keys = kept->n_keys,
		.key_texts = kept->key_texts,
		.key_types = kept->key_types};

	return table_copy(next, &table);
}

static int
table_next(struct wr_manifest *next, struct wr_stored_table *table,
	const struct wr_stored_table *last, const struct wr_kept_table *kept, const char *op,
	struct weir_err *err)
{
	*table = last == NULL ? table_make(next, kept) : table_copy(next, last);
	if (((table->flags ^ kept->flags) & WEIR_BY_KEY) != 0 || table->n_keys != kept->n_keys ||
		(kept->n_keys > 0 && memcmp(table->key_types, kept->key_types,
					     kept->n_keys * sizeof *kept->key_types) != 0))
		return wr_err_set(err, -EINVAL,
			"table \"%s\" of \"%s\" has other keys or another order than its state",
			kept->name, op);
	if (kept->key_texts != NULL)
		table->key_texts = texts_copy(next, kept->key_texts, kept->n_keys);
	for (table->shape = 0; table->shape < table->n_shapes; table->shape++)
		if (shape_is(&table->shapes[table->shape], kept))
			return 0;
	/* table_copy() has left room for one. */
	((struct wr_shape *)(uintptr_t)table->shapes)[table->n_shapes++] =
		shape_copy(next, kept->slots, kept->n_slots);
	return 0;
}

static int
op_next(struct wr_manifest *next, struct wr_stored_op *op, const struct wr_stored_op *last,
	const struct wr_kept_op *kept, struct weir_err *err)
{
	int rc = 0;

	*op = (struct wr_stored_op){.name = manifest_dup(next, kept->name),
		.word = manifest_dup(next, kept->word),
		.id = last != NULL ? last->id : next->next_id++,
		.state_version = kept->state_version,
		.parallelism = kept->parallelism,
		.has_private = kept->has_private,
		.has_timers = kept->has_timers,
		.has_position = kept->has_position,
		.has_output = kept->has_output,
		.n_tables = kept->n_tables,
		.tables = wr_arena_array(&next->arena, struct wr_stored_table, kept->n_tables)};
	for (uint32_t i = 0; rc == 0 && i < kept->n_tables; i++) {
		const struct wr_stored_table *old =
			last == NULL ? NULL : wr_manifest_table(last, kept->tables[i].name);

		rc = table_next(next, &op->tables[i], old, &kept->tables[i], kept->name, err);
	}
	return rc;
}

static void
op_copy(struct wr_manifest *next, struct wr_stored_op *op, const struct wr_stored_op *last)
{
	*op = *last;
	op->name = manifest_dup(next, last->name);
	op->word = manifest_dup(next, last->word);
	op->tables = wr_arena_array(&next->arena, struct wr_stored_table, last->n_tables);
	for (uint32_t i = 0; i < last->n_tables; i++)
		op->tables[i] = table_copy(next, &last->tables[i]);
}

static bool
named(const char *name, const char *const *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

int
wr_manifest_next(struct wr_manifest *next, const struct wr_manifest *last,
	const struct wr_kept *kept, const char *const *dropped, uint32_t n_dropped,
	struct weir_err *err)
{
	int rc = 0;

	if (last->max_parallelism != 0 && last->max_parallelism != kept->max_parallelism)
		return wr_err_set(err, -EINVAL,
			"its state has %u key groups (max_parallelism), the conf wants %u",
			last->max_parallelism, kept->max_parallelism);
	*next = (struct wr_manifest){.next_id = last->next_id, .epoch = last->epoch};
	memcpy(next->uuid, last->uuid, sizeof next->uuid);
	next->pipeline = manifest_dup(next, last->pipeline);
	next->max_parallelism = kept->max_parallelism;
	next->ops = wr_arena_array(&next->arena, struct wr_stored_op, kept->n_ops + last->n_ops);
	for (uint32_t i = 0; rc == 0 && i < kept->n_ops; i++) {
		const char *name = kept->ops[i].name;
		const struct wr_stored_op *old =
			named(name, dropped, n_dropped) ? NULL : wr_manifest_op(last, name);

		rc = op_next(next, &next->ops[next->n_ops++], old, &kept->ops[i], err);
	}
	for (uint32_t i = 0; rc == 0 && i < last->n_ops; i++) {
		const char *name = last->ops[i].name;

		if (wr_manifest_op(next, name) == NULL && !named(name, dropped, n_dropped))
			op_copy(next, &next->ops[next->n_ops++], &last->ops[i]);
	}
	if (rc < 0)
		wr_manifest_fini(next);
	else
		wr_manifest_show(next);
	return rc;
}

/* The same as others see it: tables with their present slots. */
void
wr_manifest_show(struct wr_manifest *manifest)
{
	struct wr_arena *arena = &manifest->arena;
	struct wr_kept_op *ops = wr_arena_array(arena, struct wr_kept_op, manifest->n_ops);

	for (uint32_t i = 0; i < manifest->n_ops; i++) {
		const struct wr_stored_op *op = &manifest->ops[i];
		struct wr_kept_table *tables =
			wr_arena_array(arena, struct wr_kept_table, op->n_tables);

		for (uint32_t t = 0; t < op->n_tables; t++) {
			const struct wr_stored_table *table = &op->tables[t];
			const struct wr_shape *shape = &table->shapes[table->shape];

			tables[t] = (struct wr_kept_table){.name = table->name,
				.flags = table->flags,
				.key_texts = table->key_texts,
				.key_types = table->key_types,
				.n_keys = table->n_keys,
				.n_slots = shape->n_slots,
				.slots = shape->slots};
		}
		ops[i] = (struct wr_kept_op){.name = op->name,
			.word = op->word,
			.state_version = op->state_version,
			.parallelism = op->parallelism,
			.tables = tables,
			.n_tables = op->n_tables,
			.has_private = op->has_private,
			.has_timers = op->has_timers,
			.has_position = op->has_position,
			.has_output = op->has_output};
	}
	manifest->kept = (struct wr_kept){
		manifest->pipeline, manifest->max_parallelism, ops, manifest->n_ops};
}

/* Printing. */

static void
print_name(struct wr_text *out, const char *member, const char *name)
{
	wr_text_printf(out, "\"%s\": ", member);
	wr_text_json(out, name, strlen(name));
	wr_text_put(out, ", ");
}

static void
print_shape(struct wr_text *out, const struct wr_shape *shape)
{
	wr_text_put(out, "        [");
	for (uint32_t i = 0; i < shape->n_slots; i++) {
		const struct wr_kept_slot *slot = &shape->slots[i];

		wr_text_put(out, i > 0 ? ",\n         {" : "{");
		print_name(out, "name", slot->name);
		wr_text_printf(out, "\"bytes\": %u, \"cells\": %u, \"version\": %u}", slot->bytes,
			slot->cells, slot->version);
	}
	wr_text_put(out, "]");
}

static void
print_key_texts(struct wr_text *out, const struct wr_stored_table *table)
{
	if (table->key_texts == NULL || table->n_keys == 0)
		return;
	wr_text_put(out, "\"by\": [");
	for (uint32_t i = 0; i < table->n_keys; i++) {
		wr_text_put(out, i > 0 ? ", " : "");
		wr_text_json(out, table->key_texts[i], strlen(table->key_texts[i]));
	}
	wr_text_put(out, "], ");
}

static void
print_table(struct wr_text *out, const struct wr_stored_table *table)
{
	wr_text_printf(out, "      {\"id\": %u, ", table->id);
	print_name(out, "name", table->name);
	wr_text_printf(out, "\"order\": \"%s\", \"keys\": [", wr_manifest_order(table->flags));
	for (uint32_t i = 0; i < table->n_keys; i++)
		wr_text_printf(
			out, "%s\"%s\"", i > 0 ? ", " : "", wr_manifest_type(table->key_types[i]));
	wr_text_put(out, "], ");
	print_key_texts(out, table);
	wr_text_printf(out, "\"shape\": %u, \"shapes\": [\n", table->shape);
	for (uint32_t i = 0; i < table->n_shapes; i++) {
		print_shape(out, &table->shapes[i]);
		wr_text_put(out, i + 1 < table->n_shapes ? ",\n" : "\n");
	}
	wr_text_put(out, "      ]}");
}

static void
print_keeps(struct wr_text *out, const struct wr_stored_op *op)
{
	const struct {
		bool has;
		const char *what;
	} keeps[] = {{op->has_private, "private"}, {op->has_timers, "timers"},
		{op->has_position, "position"}, {op->has_output, "output"}};
	const char *before = "";

	for (size_t i = 0; i < sizeof keeps / sizeof keeps[0]; i++) {
		if (!keeps[i].has)
			continue;
		wr_text_printf(out, "%s\"%s\"", before, keeps[i].what);
		before = ", ";
	}
}

int
wr_manifest_is_of(const struct wr_manifest *manifest, const char *dir, const char *pipeline,
	struct weir_err *err)
{
	if (strcmp(manifest->pipeline, pipeline) == 0)
		return 0;
	return wr_err_set(err, -EUCLEAN,
		"state directory \"%s\" is of pipeline \"%s\", not of \"%s\"; give each its own",
		dir, manifest->pipeline, pipeline);
}

void
wr_manifest_print(const struct wr_manifest *manifest, struct wr_text *out)
{
	wr_text_printf(
		out, "{\n  \"format\": %d, \"uuid\": \"%s\", ", WR_MANIFEST_FORMAT, manifest->uuid);
	print_name(out, "pipeline", manifest->pipeline);
	wr_text_printf(out,
		"\"epoch\": %llu,\n  \"max_parallelism\": %u, \"next_id\": %u,\n"
		"  \"operators\": [",
		(unsigned long long)manifest->epoch, manifest->max_parallelism, manifest->next_id);
	for (uint32_t i = 0; i < manifest->n_ops; i++) {
		const struct wr_stored_op *op = &manifest->ops[i];

		wr_text_printf(out, "%s\n    {\"id\": %u, ", i > 0 ? "," : "", op->id);
		print_name(out, "name", op->name);
		print_name(out, "word", op->word);
		wr_text_printf(out, "\"state_version\": %u, \"parallelism\": %u, \"keeps\": [",
			op->state_version, op->parallelism);
		print_keeps(out, op);
		wr_text_put(out, "], \"tables\": [");
		for (uint32_t t = 0; t < op->n_tables; t++) {
			wr_text_put(out, t > 0 ? ",\n" : "\n");
			print_table(out, &op->tables[t]);
		}
		wr_text_put(out, op->n_tables > 0 ? "\n    ]}" : "]}");
	}
	wr_text_put(out, manifest->n_ops > 0 ? "\n  ]\n}\n" : "]\n}\n");
}
