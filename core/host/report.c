/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A planned pipeline for people.  A chain is a numbered block; arrows inside it are direct calls,
 * and an arrow to a number leads to another chain.
 */
#include "host/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/bind.h"
#include "host/verdicts.h"

enum { REPORT_COLUMNS = 96 };

const char *
wr_report_type(uint32_t type)
{
	static const char *const names[] = {
		[WEIR_BOOL] = "bool",
		[WEIR_INT64] = "int",
		[WEIR_FLOAT64] = "float",
		[WEIR_TIMESTAMP] = "timestamp",
		[WEIR_STRING] = "string",
		[WEIR_BYTES] = "bytes",
		[WEIR_JSON] = "json",
	};

	return type >= WEIR_BOOL && type <= WEIR_JSON ? names[type] : "?";
}

const char *
wr_report_kind(uint32_t kind)
{
	return kind == WEIR_SOURCE ? "source" : kind == WEIR_SINK ? "sink" : "transform";
}

static uint32_t
chain_tasks(const struct wr_pipeline *pipeline)
{
	uint32_t i, n = 0;

	for (i = 0; i < pipeline->n_chains; i++)
		n += pipeline->chains[i].parallelism;
	return n;
}

static void
put_count(struct wr_text *out, uint32_t n, const char *what)
{
	wr_text_printf(out, "%" PRIu32 " %s%s", n, what, n == 1 ? "" : "s");
}

/* How rows get to another chain. */
static void
put_exchange(const struct wr_edge *edge, struct wr_text *out)
{
	const struct wr_in *in = &edge->to->in[edge->in];
	uint32_t i;

	if (in->how == WEIR_BROADCAST) {
		wr_text_put(out, ", each row to all");
	} else if (in->how == WEIR_SINGLE) {
		wr_text_put(out, ", all rows to one");
	} else if (in->how == WEIR_KEYED) {
		wr_text_put(out, ", by");
		for (i = 0; i < in->n_keys; i++)
			wr_text_printf(out, "%s %.*s", i > 0 ? "," : "", WR_STRF(in->key_names[i]));
	}
}

static uint32_t
op_readers(const struct wr_op *op)
{
	uint32_t i, n = 0;

	for (i = 0; i < op->n_out; i++)
		n += op->out[i].n_edges;
	return n;
}

static size_t
text_columns(const char *p, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)p[i] & 0xc0) != 0x80;
	return n;
}

/* An arrow and where it leads. */
static void
put_arrow(const struct wr_edge *edge, struct wr_text *out)
{
	const struct weir_str name = edge->from->out[edge->out].name;

	wr_text_put(out, "─");
	if (!wr_str_is(name, edge->from->name))
		wr_text_printf(out, " %.*s ─", WR_STRF(name));
	if (edge->chained) {
		wr_text_printf(out, "▶ %s", edge->to->title);
		return;
	}
	wr_text_printf(out, "▶ [%" PRIu32 "] %s", edge->to->chain + 1, edge->to->title);
	put_exchange(edge, out);
}

static const struct wr_edge *
op_first_edge(const struct wr_op *op)
{
	uint32_t i;

	for (i = 0; op->out[i].n_edges == 0; i++)
		;
	return op->out[i].edges[0];
}

/*
 * The rest of a line, from an operator that stands on it already: on and on as long as there is one
 * way to go.  Gives the operator where the ways part; NULL: there is none.
 */
static const struct wr_op *
put_line(const struct wr_op *op, const struct wr_text *indent, size_t column, struct wr_text *out)
{
	struct wr_text arrow = {0};
	const struct wr_edge *edge;
	size_t columns;

	while (op != NULL && op_readers(op) == 1) {
		edge = op_first_edge(op);
		arrow.len = 0;
		put_arrow(edge, &arrow);
		columns = text_columns(arrow.p, arrow.len) + 1;
		if (column + columns > REPORT_COLUMNS) {
			wr_text_printf(out, "\n%s   ", indent->p);
			column = text_columns(indent->p, indent->len) + 3;
		}
		wr_text_printf(out, " %s", arrow.p);
		column += columns;
		op = edge->chained ? edge->to : NULL;
	}
	wr_text_put(out, "\n");
	wr_text_fini(&arrow);
	return op;
}

/* The lines below an operator where the ways part; indent grows by what the branch adds. */
static void
put_tree(const struct wr_op *op, struct wr_text *indent, struct wr_text *out)
{
	uint32_t i, k, left = op_readers(op);
	const struct wr_edge *edge;
	const struct wr_op *fork;
	size_t len = indent->len, start;

	for (i = 0; i < op->n_out; i++) {
		for (k = 0; k < op->out[i].n_edges; k++) {
			edge = op->out[i].edges[k];
			left--;
			start = out->len;
			wr_text_printf(out, "%s%s", indent->p, left > 0 ? "├" : "└");
			put_arrow(edge, out);
			start = text_columns(out->p + start, out->len - start);
			wr_text_put(indent, left > 0 ? "│   " : "    ");
			fork = put_line(edge->chained ? edge->to : NULL, indent, start, out);
			if (fork != NULL)
				put_tree(fork, indent, out);
			indent->len = len;
			indent->p[len] = '\0';
		}
	}
}

static void
put_picture(const struct wr_pipeline *pipeline, struct wr_text *out)
{
	const struct wr_chain *chain;
	struct wr_text indent = {0};
	const struct wr_op *fork;
	uint32_t i, k;

	for (i = 0; i < pipeline->n_chains; i++) {
		chain = &pipeline->chains[i];
		wr_text_printf(out, "  [%" PRIu32 "] ×%" PRIu32 " on loop%s", i + 1,
			chain->parallelism, chain->parallelism == 1 ? "" : "s");
		for (k = 0; k < chain->parallelism; k++)
			wr_text_printf(out, " %" PRIu32, chain->loops[k]);
		indent.len = 0;
		wr_text_put(&indent, "      ");
		wr_text_printf(out, "\n%s%s", indent.p, chain->ops[0]->title);
		fork = put_line(chain->ops[0], &indent,
			indent.len +
				text_columns(chain->ops[0]->title, strlen(chain->ops[0]->title)),
			out);
		if (fork != NULL)
			put_tree(fork, &indent, out);
	}
	wr_text_fini(&indent);
}

static bool
column_needed(const struct wr_out *o, uint32_t col)
{
	return o->needed == NULL || (o->needed[col >> 6] >> (col & 63) & 1) != 0;
}

/* Adds an item to a list that is broken at the right margin; start: where the output had its last
 * line begin. */
static void
put_item(struct wr_text *out, size_t *start, const char *item, bool first)
{
	if (!first && out->len - *start + strlen(item) + 2 > REPORT_COLUMNS) {
		wr_text_put(out, ",\n");
		*start = out->len;
		wr_text_put(out, "          ");
	} else if (!first) {
		wr_text_put(out, ", ");
	}
	wr_text_put(out, item);
}

static void
put_schema(const struct wr_out *o, struct wr_text *out)
{
	const struct weir_field *field;
	struct wr_text item = {0};
	size_t start = out->len;
	uint32_t i;

	wr_text_printf(out, "      %.*s: ", WR_STRF(o->name));
	for (i = 0; i < o->schema->n; i++) {
		field = o->schema->fields[i];
		item.len = 0;
		wr_text_printf(&item, "%.*s %s%s%s", WR_STRF(field->name),
			wr_report_type(field->type), field->nullable ? "" : " not null",
			column_needed(o, i) ? "" : " (not read)");
		put_item(out, &start, item.p, i == 0);
	}
	if (o->schema->n == 0)
		wr_text_put(out, "no columns");
	if (o->schema->changes != 0)
		wr_text_put(out, "; rows may amend earlier ones");
	wr_text_put(out, "\n");
	wr_text_fini(&item);
}

/* Dead letters of several operators share a name, and look all the same. */
static bool
is_told(const struct wr_pipeline *pipeline, uint32_t before, const struct wr_out *o)
{
	const struct wr_op *op;
	uint32_t i, k;

	for (i = 0; o->dead_letter && i < before; i++) {
		op = pipeline->ops[i];
		for (k = 0; k < op->n_out; k++)
			if (op->out[k].dead_letter && wr_str_eq(op->out[k].name, o->name))
				return true;
	}
	return false;
}

static void
put_schemas(const struct wr_pipeline *pipeline, struct wr_text *out)
{
	const struct wr_op *op;
	uint32_t i, k;

	wr_text_put(out, "  columns\n");
	for (i = 0; i < pipeline->n_ops; i++) {
		op = pipeline->ops[i];
		for (k = 0; k < op->n_out; k++)
			if (op->out[k].schema != NULL && !is_told(pipeline, i, &op->out[k]))
				put_schema(&op->out[k], out);
	}
}

void
wr_report_notes(const struct wr_pipeline *pipeline,
	void (*note)(void *arg, const struct wr_op *op, const char *sentence), void *arg)
{
	const struct wr_op *op;
	uint32_t i;

	for (i = 0; i < pipeline->n_ops; i++) {
		op = pipeline->ops[i];
		if (op->desc->kind == WEIR_SOURCE) {
			if (op->event_time == NULL)
				note(arg, op,
					"no event_time, so it is the record's own, else the time "
					"of reading");
			if (wr_dir_find(op->dir, "watermark") == NULL)
				note(arg, op,
					"no watermark, so it is monotonic: a row earlier than the "
					"latest is late");
			if (op->on_error == WR_ON_ERROR_FAIL)
				note(arg, op, "a bad record fails the pipeline");
		}
		if (op->own_time)
			note(arg, op,
				"it sets the event time: the watermark behind it begins there");
		for (const struct wr_remark *own = op->remarks; own != NULL; own = own->next)
			note(arg, op, own->text);
	}
}

static void
put_note(void *arg, const struct wr_op *op, const char *sentence)
{
	wr_text_printf(arg, "      %s: %s\n", op->title, sentence);
}

static void
put_bytes(struct wr_text *out, uint64_t bytes)
{
	if (bytes < UINT64_C(10) << 10)
		wr_text_printf(out, "%" PRIu64 " bytes", bytes);
	else if (bytes < UINT64_C(10) << 20)
		wr_text_printf(out, "%" PRIu64 " KiB", (bytes + 1023) >> 10);
	else
		wr_text_printf(out, "%" PRIu64 " MiB", (bytes + (1 << 20) - 1) >> 20);
}

static void
put_limit(const struct wr_memory_plan *memory, uint64_t buffers, struct wr_text *out)
{
	const struct {
		const char *what;
		uint64_t bytes;
	} share[] = {
		{": tables ", memory->tables},
		{", a checkpoint on its way ", memory->epoch},
		{", the database ", 2 * memory->buffer + memory->cache},
		{", buffers ", buffers},
		{", the program ", memory->process},
	};

	wr_text_put(out, "at most ");
	put_bytes(out, memory->limit);
	for (size_t i = 0; i < sizeof share / sizeof share[0]; i++) {
		wr_text_put(out, share[i].what);
		put_bytes(out, share[i].bytes);
	}
	wr_text_put(out, "\n      what tables hold beyond that is on disk\n");
}

static void
put_memory(const struct wr_pipeline *pipeline, struct wr_text *out)
{
	const struct wr_memory_plan *memory = &pipeline->memory;

	wr_text_put(out, "  memory\n      ");
	if (memory->limit > 0) {
		put_limit(memory, pipeline->buffer_bound, out);
		return;
	}
	if (pipeline->buffer_bound == 0) {
		wr_text_put(out, "no buffers: there is one chain\n");
		return;
	}
	wr_text_put(out, "buffers hold at most ");
	put_bytes(out, pipeline->buffer_bound);
	wr_text_put(out, "\n");
}

static void
put_state(const struct wr_state_plan *state, struct wr_text *out)
{
	if (state->dir == NULL)
		return;
	wr_text_printf(out, "  state\n      %s: ", state->dir);
	if (state->unknown != NULL)
		wr_text_printf(
			out, "nothing is known of its last checkpoint: %s\n", state->unknown);
	else
		wr_text_put(out, state->has_checkpoint ? "compared with its last checkpoint\n"
						       : "no checkpoint yet\n");
	for (uint32_t i = 0; i < state->n; i++) {
		const struct wr_verdict *v = &state->verdicts[i];

		if (v->what != WR_VERDICT_FORGOTTEN && v->what != WR_VERDICT_REFUSED)
			wr_text_printf(out, "      %s: %s%s%s\n", v->title,
				wr_verdict_word(v->what), v->why[0] != '\0' ? ": " : "", v->why);
	}
}

void
wr_report_text(
	const struct wr_pipeline *pipeline, const struct wr_state_plan *state, struct wr_text *out)
{
	struct wr_text notes = {0};

	wr_text_printf(out, "pipeline \"%s\": ", pipeline->name);
	put_count(out, pipeline->n_ops, "operator");
	wr_text_put(out, " in ");
	put_count(out, pipeline->n_chains, "chain");
	wr_text_put(out, ", ");
	put_count(out, chain_tasks(pipeline), "task");
	wr_text_put(out, " on ");
	put_count(out, pipeline->threads, "loop");
	wr_text_put(out, "\n");
	put_picture(pipeline, out);
	put_schemas(pipeline, out);
	wr_text_printf(
		out, "  delivery\n      %s: %s\n", pipeline->guarantee, pipeline->guarantee_why);
	put_state(state, out);
	put_memory(pipeline, out);
	wr_report_notes(pipeline, put_note, &notes);
	if (notes.len > 0)
		wr_text_printf(out, "  notes\n%s", notes.p);
	wr_text_fini(&notes);
}
