/* SPDX-License-Identifier: Apache-2.0 */
/* Says in words what the tables of directives say in numbers. */
#include "conf/describe.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/bind.h"

bool
wr_directive_next(struct wr_directive_rows *rows)
{
	struct weir_directive row;

	if (rows->table == NULL)
		return false;
	rows->first += rows->n;
	rows->n = 0;
	if (!wr_directive_at(rows->table, rows->stride, rows->first, &row))
		return false;
	rows->name = row.name;
	while (wr_directive_at(rows->table, rows->stride, rows->first + rows->n, &row) &&
		strcmp(row.name, rows->name) == 0)
		rows->n++;
	return true;
}

static void
rows_get(const struct wr_directive_rows *rows, uint32_t i, struct weir_directive *row)
{
	wr_directive_at(rows->table, rows->stride, rows->first + i, row);
}

static const char *
type_word(uint32_t type)
{
	static const char *const words[] = {
		[WEIR_D_INPUT] = "NAME ...",
		[WEIR_D_OUTPUT] = "NAME",
		[WEIR_D_INT] = "NUMBER",
		[WEIR_D_DURATION] = "DURATION",
		[WEIR_D_SIZE] = "SIZE",
		[WEIR_D_STR] = "WORD",
		[WEIR_D_EXPR] = "EXPRESSION",
		[WEIR_D_LIST] = "WORD ...",
		[WEIR_D_EXPRS] = "EXPRESSION, ...",
	};

	return type >= WEIR_D_INPUT && type <= WEIR_D_EXPRS ? words[type] : "?";
}

/* Choices with bars between; one word alone is what the value is called. */
static void
put_choices(struct wr_text *out, const struct weir_directive *row)
{
	const bool called = strchr(row->choices, ' ') == NULL && row->type != WEIR_D_ENUM;
	const char *p;
	char c;

	for (p = row->choices; *p != '\0'; p++) {
		c = called ? (char)toupper((unsigned char)*p) : *p == ' ' ? '|' : *p;
		wr_text_add(out, &c, 1);
	}
	if (row->type == WEIR_D_LIST)
		wr_text_put(out, " ...");
}

void
wr_directive_syntax(const struct wr_directive_rows *rows, struct wr_text *out)
{
	struct weir_directive row;
	bool optional;
	uint32_t i;

	wr_text_put(out, rows->name);
	for (i = 0; i < rows->n; i++) {
		rows_get(rows, i, &row);
		optional = row.type == WEIR_D_FLAG || (i > 0 && (row.flags & WEIR_REQUIRED) == 0);
		wr_text_put(out, optional ? " [" : " ");
		if (row.type == WEIR_D_FLAG)
			wr_text_put(out, "on|off");
		else if (row.choices != NULL && row.choices[0] != '\0')
			put_choices(out, &row);
		else
			wr_text_put(out, type_word(row.type));
		if (optional)
			wr_text_put(out, "]");
	}
	wr_text_put(out, ";");
}

void
wr_directive_summary(const struct wr_directive_rows *rows, struct wr_text *out)
{
	struct weir_directive row;
	uint32_t i;

	for (i = 0; i < rows->n; i++) {
		rows_get(rows, i, &row);
		if (row.summary != NULL)
			wr_text_printf(out, "%s%s", i > 0 ? " " : "", row.summary);
	}
}

/* Separates the facts. */
static void
put_fact(struct wr_text *out, size_t start, const char *fact)
{
	wr_text_printf(out, "%s%s", out->len > start ? "; " : "", fact);
}

static void
put_limit(struct wr_text *out, uint32_t type, int64_t n)
{
	char text[48];

	if (type == WEIR_D_DURATION)
		wr_conf_print_duration(n, text, sizeof text);
	else if (type == WEIR_D_SIZE)
		wr_conf_print_size((uint64_t)n, text, sizeof text);
	else
		snprintf(text, sizeof text, "%" PRId64, n);
	wr_text_put(out, text);
}

/* An upper limit that is there to catch slips of the finger only is not worth a word. */
static bool
is_unlimited(const struct weir_directive *row)
{
	if (row->type == WEIR_D_DURATION)
		return row->max >= INT64_C(36525) * 86400 * 1000000;
	return row->max >= INT64_C(1) << (row->type == WEIR_D_SIZE ? 40 : 62);
}

static void
put_range(struct wr_text *out, size_t start, const struct weir_directive *row)
{
	const bool unlimited = is_unlimited(row);

	if (row->type < WEIR_D_INT || row->type > WEIR_D_SIZE || (row->min == 0 && row->max == 0))
		return;
	if (unlimited && row->min == 0)
		return;
	put_fact(out, start, unlimited ? "at least " : "");
	put_limit(out, row->type, row->min);
	if (unlimited)
		return;
	wr_text_put(out, " to ");
	put_limit(out, row->type, row->max);
}

void
wr_directive_facts(const struct wr_directive_rows *rows, struct wr_text *out)
{
	const size_t start = out->len;
	struct weir_directive row;
	uint32_t i, flags = 0;
	bool defaults = false;

	for (i = 0; i < rows->n; i++) {
		rows_get(rows, i, &row);
		if (i == 0 && (row.flags & WEIR_REQUIRED) != 0)
			put_fact(out, start, "required");
		flags |= row.flags;
	}
	for (i = 0; i < rows->n; i++) {
		rows_get(rows, i, &row);
		if (row.deflt == NULL)
			continue;
		if (!defaults)
			put_fact(out, start, "default");
		defaults = true;
		wr_text_printf(out, " %s", row.deflt[0] != '\0' ? row.deflt : "\"\"");
	}
	for (i = 0; i < rows->n; i++) {
		rows_get(rows, i, &row);
		put_range(out, start, &row);
	}
	if ((flags & WEIR_REPEATS) != 0)
		put_fact(out, start, "may be repeated");
	if ((flags & WEIR_SECRET) != 0)
		put_fact(out, start, "never shown");
}
