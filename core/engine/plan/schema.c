/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: of outputs while they are made, of dead letters, and the conf's words for types. */
#include "engine/plan/planner.h"

const char *const wr_schema_types[7] = {
	"bool", "int", "float", "timestamp", "string", "bytes", "json"};

const char *
wr_schema_type(uint32_t type)
{
	return type >= WEIR_BOOL && type <= WEIR_JSON ? wr_schema_types[type - WEIR_BOOL] : "any";
}

uint32_t
wr_schema_type_of(struct weir_str word)
{
	uint32_t i;

	for (i = 0; i < 7; i++)
		if (wr_str_is(word, wr_schema_types[i]))
			return WEIR_BOOL + i;
	return 0;
}

struct weir_field *
wr_schema_field(struct wr_planner *planner, struct weir_str name, uint32_t type, bool nullable)
{
	struct weir_field *field = wr_arena_new(planner->arena, struct weir_field);

	field->size = sizeof *field;
	field->type = type;
	field->nullable = nullable;
	field->name = name;
	field->name.p = wr_arena_dup(planner->arena, name.p, name.len);
	return field;
}

void
wr_schema_add(struct wr_planner *planner, struct wr_made *made, const struct weir_field *field,
	struct wr_pass pass)
{
	const struct weir_field **fields;
	struct wr_pass *passes;
	uint32_t cap;

	if (made->n == made->cap) {
		cap = made->cap == 0 ? 16 : made->cap * 2;
		fields = wr_arena_array(&planner->scratch, const struct weir_field *, cap);
		passes = wr_arena_array(&planner->scratch, struct wr_pass, cap);
		if (made->n > 0) {
			memcpy(fields, made->fields, made->n * sizeof *fields);
			memcpy(passes, made->pass, made->n * sizeof *passes);
		}
		made->fields = fields;
		made->pass = passes;
		made->cap = cap;
	}
	made->fields[made->n] = field;
	made->pass[made->n++] = pass;
}

int32_t
wr_schema_find(struct wr_planner *planner, struct wr_names *names, const struct weir_schema *schema,
	struct weir_str name)
{
	uint32_t i;

	if (names->n == 0)
		for (i = 0; i < schema->n; i++)
			wr_names_put(names, &planner->scratch, schema->fields[i]->name, i);
	i = wr_names_find(names, name);
	return i == WR_NAMES_ABSENT ? -1 : (int32_t)i;
}

/* Columns are indexed when somebody asks: most outputs pass all and add nothing. */
int32_t
wr_schema_find_made(struct wr_planner *planner, struct wr_made *made, struct weir_str name)
{
	uint32_t i;

	for (; made->indexed < made->n; made->indexed++)
		wr_names_put(&made->columns, &planner->scratch, made->fields[made->indexed]->name,
			made->indexed);
	i = wr_names_find(&made->columns, name);
	return i == WR_NAMES_ABSENT ? -1 : (int32_t)i;
}

const struct weir_schema *
wr_schema_of(struct wr_planner *planner, const struct wr_made *made, uint32_t changes,
	const struct weir_schema *like)
{
	struct weir_schema *schema;
	const struct weir_field **fields;

	if (like != NULL && like->n == made->n && like->changes == changes &&
		(made->n == 0 || memcmp(like->fields, made->fields, made->n * sizeof *fields) == 0))
		return like;
	schema = wr_arena_new(planner->arena, struct weir_schema);
	fields = wr_arena_array(planner->arena, const struct weir_field *, made->n);
	if (made->n > 0)
		memcpy(fields, made->fields, made->n * sizeof *fields);
	schema->size = sizeof *schema;
	schema->n = made->n;
	schema->changes = changes;
	schema->fields = fields;
	return schema;
}

#define DEAD_FIELD(T, N, S)                                                                        \
	{                                                                                          \
		.size = sizeof(struct weir_field), .type = (T), .nullable = (N), .name = {         \
			(S),                                                                       \
			sizeof(S) - 1,                                                             \
			0                                                                          \
		}                                                                                  \
	}

static const struct weir_field dead_letter_fields[WR_DEAD_COLUMNS] = {
	[WR_DEAD_RAW] = DEAD_FIELD(WEIR_BYTES, 1, "raw"),
	[WR_DEAD_ERROR] = DEAD_FIELD(WEIR_STRING, 0, "error"),
	[WR_DEAD_ERROR_CODE] = DEAD_FIELD(WEIR_STRING, 0, "error_code"),
	[WR_DEAD_OPERATOR] = DEAD_FIELD(WEIR_STRING, 0, "operator"),
	[WR_DEAD_PIPELINE] = DEAD_FIELD(WEIR_STRING, 0, "pipeline"),
	[WR_DEAD_SOURCE] = DEAD_FIELD(WEIR_STRING, 1, "source"),
	[WR_DEAD_PARTITION] = DEAD_FIELD(WEIR_STRING, 1, "partition"),
	[WR_DEAD_OFFSET] = DEAD_FIELD(WEIR_INT64, 1, "offset"),
	[WR_DEAD_EVENT_TIME] = DEAD_FIELD(WEIR_TIMESTAMP, 1, "event_time"),
	[WR_DEAD_ATTEMPTS] = DEAD_FIELD(WEIR_INT64, 0, "attempts"),
};

static const struct weir_field *const dead_letter_columns[WR_DEAD_COLUMNS] = {
	&dead_letter_fields[WR_DEAD_RAW],
	&dead_letter_fields[WR_DEAD_ERROR],
	&dead_letter_fields[WR_DEAD_ERROR_CODE],
	&dead_letter_fields[WR_DEAD_OPERATOR],
	&dead_letter_fields[WR_DEAD_PIPELINE],
	&dead_letter_fields[WR_DEAD_SOURCE],
	&dead_letter_fields[WR_DEAD_PARTITION],
	&dead_letter_fields[WR_DEAD_OFFSET],
	&dead_letter_fields[WR_DEAD_EVENT_TIME],
	&dead_letter_fields[WR_DEAD_ATTEMPTS],
};

const struct weir_schema *
wr_dead_letter_schema(void)
{
	static const struct weir_schema schema = {
		.size = sizeof schema, .n = WR_DEAD_COLUMNS, .fields = dead_letter_columns};

	return &schema;
}
