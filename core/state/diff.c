/* SPDX-License-Identifier: Apache-2.0 */
/* Where two states differ, entry by entry; see look.h. */
#include "state/look.h"

#include "base/err.h"
#include "state/store_parts.h"

/* Two stores, and what is compared of them just now. */
struct diff {
	struct wr_store *a, *b;
	const struct wr_stored_table *other; /* the same table, in the store that is asked */
	struct wr_store *asked;
	char sign; /* of what only the one that is read has */
	wr_diff_fn each;
	void *arg;
	uint64_t n;
	struct wr_text line, old;
};

static int
diff_say(struct diff *d, char sign, const struct wr_text *text)
{
	d->n++;
	return d->each(d->arg, sign, text->p);
}

static int
diff_keep(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	(void)err;
	wr_look_row_json(row, arg);
	return 0;
}

/* An entry of the one store: does the other have it, and as it is here? */
static int
diff_row(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	struct diff *d = arg;
	int rc = 0;

	d->line.len = d->old.len = 0;
	wr_look_row_json(row, &d->line);
	if (d->other != NULL)
		rc = wr_look_at(d->asked, row->op, d->other, row->tail, row->tail_len, diff_keep,
			&d->old, err);
	if (rc < 0 || (d->old.len > 0 && d->sign == '+'))
		return rc;
	if (d->old.len == d->line.len && memcmp(d->old.p, d->line.p, d->line.len) == 0)
		return 0;
	rc = diff_say(d, d->sign, &d->line);
	return rc == 0 && d->old.len > 0 ? diff_say(d, '+', &d->old) : rc;
}

/* The same keys stand in the same places. */
static bool
is_alike(const struct diff *d, const struct wr_stored_table *x, const struct wr_stored_table *y)
{
	return d->a->manifest.max_parallelism == d->b->manifest.max_parallelism &&
	       x->flags == y->flags && x->n_keys == y->n_keys &&
	       memcmp(x->key_types, y->key_types, x->n_keys * sizeof *x->key_types) == 0;
}

/* Entries of one side against the other; second: those that both have were compared before. */
static int
diff_tables(struct diff *d, bool second, struct weir_err *err)
{
	struct wr_store *from = second ? d->b : d->a;
	int rc = 0;

	d->asked = second ? d->a : d->b;
	d->sign = second ? '+' : '-';
	for (uint32_t i = 0; rc == 0 && i < from->manifest.n_ops; i++) {
		const struct wr_stored_op *op = &from->manifest.ops[i];
		const struct wr_stored_op *other = wr_manifest_op(&d->asked->manifest, op->name);

		for (uint32_t t = 0; rc == 0 && t < op->n_tables; t++) {
			d->other =
				other == NULL ? NULL : wr_manifest_table(other, op->tables[t].name);
			if (d->other != NULL && !is_alike(d, &op->tables[t], d->other))
				d->other = NULL;
			rc = wr_look_rows(from, op->name, op->tables[t].name, diff_row, d, err);
		}
	}
	return rc;
}

static int
diff_gather(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	(void)err;
	wr_text_add(arg, (const char *)&subtask, sizeof subtask);
	wr_text_add(arg, (const char *)&bytes.len, sizeof bytes.len);
	wr_text_add(arg, bytes.p, bytes.len);
	return 0;
}

static int
diff_section(struct diff *d, const char *op, uint32_t kind, const char *what, struct weir_err *err)
{
	struct wr_text a = {0}, b = {0};
	int rc = wr_store_sections(d->a, op, kind, diff_gather, &a, err);

	if (rc >= 0)
		rc = wr_store_sections(d->b, op, kind, diff_gather, &b, err);
	if (rc >= 0 && (a.len != b.len || (a.len > 0 && memcmp(a.p, b.p, a.len) != 0))) {
		d->line.len = 0;
		wr_text_printf(&d->line, "%s: %s", op, what);
		rc = diff_say(d, '!', &d->line);
	}
	wr_text_fini(&a);
	wr_text_fini(&b);
	return rc < 0 ? rc : 0;
}

static int
diff_sections(struct diff *d, const struct wr_manifest *of, const struct wr_manifest *before,
	struct weir_err *err)
{
	static const struct {
		uint32_t kind;
		const char *what;
	} kinds[] = {{WR_SECTION_TIMERS, "timers"}, {WR_SECTION_PRIVATE, "private state"},
		{WR_SECTION_SOURCE, "positions"}, {WR_SECTION_TOKENS, "prepared output"},
		{WR_SECTION_TASK, "watermark"}};
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < of->n_ops; i++) {
		const char *op = of->ops[i].name;

		if (before != NULL && wr_manifest_op(before, op) != NULL)
			continue;
		for (size_t k = 0; rc == 0 && k < sizeof kinds / sizeof kinds[0]; k++)
			rc = diff_section(d, op, kinds[k].kind, kinds[k].what, err);
	}
	return rc;
}

int
wr_look_diff(struct wr_store *a, struct wr_store *b, wr_diff_fn each, void *arg, uint64_t *n,
	struct weir_err *err)
{
	struct diff d = {.a = a, .b = b, .each = each, .arg = arg};
	int rc = diff_tables(&d, false, err);

	if (rc == 0)
		rc = diff_tables(&d, true, err);
	if (rc == 0)
		rc = diff_sections(&d, &a->manifest, NULL, err);
	if (rc == 0)
		rc = diff_sections(&d, &b->manifest, &a->manifest, err);
	wr_text_fini(&d.line);
	wr_text_fini(&d.old);
	*n = d.n;
	return rc;
}
