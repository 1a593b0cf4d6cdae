/* SPDX-License-Identifier: Apache-2.0 */
/* Planned pipelines and problems for programs: `weir -t --json`. */
#include <jansson.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "host/generation.h"
#include "host/report.h"

/* A string of the conf; bytes that are not UTF-8 cannot be in JSON. */
static json_t *
json_of(struct weir_str s)
{
	json_t *value = json_stringn(s.p, s.len);

	return value != NULL ? value : json_string("?");
}

static json_t *
json_schema(const struct wr_out *o)
{
	json_t *array = json_array();
	const struct weir_field *field;
	uint32_t i;

	for (i = 0; i < o->schema->n; i++) {
		field = o->schema->fields[i];
		json_array_append_new(array,
			json_pack("{s:o, s:s, s:b, s:b}", "name", json_of(field->name), "type",
				wr_report_type(field->type), "nullable", field->nullable != 0,
				"read",
				o->needed == NULL || (o->needed[i >> 6] >> (i & 63) & 1) != 0));
	}
	return array;
}

static json_t *
json_outputs(const struct wr_op *op)
{
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; i < op->n_out; i++)
		if (op->out[i].schema != NULL)
			json_array_append_new(array,
				json_pack("{s:o, s:b, s:b, s:o}", "name", json_of(op->out[i].name),
					"dead_letters", op->out[i].dead_letter, "amends",
					op->out[i].schema->changes != 0, "columns",
					json_schema(&op->out[i])));
	return array;
}

static json_t *
json_vertex(const struct wr_pipeline *pipeline, const struct wr_op *op)
{
	static const char *const on_error[] = {
		[WR_ON_ERROR_FAIL] = "fail",
		[WR_ON_ERROR_DROP] = "drop",
		[WR_ON_ERROR_DEAD_LETTER] = "dead_letter",
	};
	const struct wr_chain *chain = &pipeline->chains[op->chain];
	json_t *loops = json_array(), *vertex;
	uint32_t i;

	for (i = 0; i < chain->parallelism; i++)
		json_array_append_new(loops, json_integer(chain->loops[i]));
	vertex = json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:s, s:o}", "name", op->name, "kind",
		wr_report_kind(op->desc->kind), "operator", op->word, "parallelism",
		(int)op->parallelism, "chain", (int)op->chain + 1, "loops", loops, "on_error",
		on_error[op->on_error], "outputs", json_outputs(op));
	if (op->format.desc != NULL)
		json_object_set_new(vertex, "format", json_string(op->format.desc->name));
	return vertex;
}

static json_t *
json_edge(const struct wr_edge *edge)
{
	static const char *const hows[] = {
		[WEIR_FORWARD] = "forward",
		[WEIR_KEYED] = "keyed",
		[WEIR_BROADCAST] = "broadcast",
		[WEIR_SINGLE] = "single",
	};
	const struct wr_in *in = &edge->to->in[edge->in];
	json_t *keys = json_array();
	uint32_t i;

	for (i = 0; i < in->n_keys; i++)
		json_array_append_new(keys, json_of(in->key_names[i]));
	return json_pack("{s:s, s:o, s:s, s:i, s:s, s:o, s:b}", "from", edge->from->name, "output",
		json_of(edge->from->out[edge->out].name), "to", edge->to->name, "input",
		(int)edge->in, "how", hows[in->how], "keys", keys, "chained", edge->chained);
}

static void
json_add_note(void *arg, const struct wr_op *op, const char *sentence)
{
	json_array_append_new(arg, json_pack("{s:s, s:s}", "operator", op->name, "note", sentence));
}

static json_t *
json_state(const struct wr_state_plan *state)
{
	json_t *verdicts = json_array();

	for (uint32_t i = 0; i < state->n; i++) {
		const struct wr_verdict *v = &state->verdicts[i];

		json_array_append_new(
			verdicts, json_pack("{s:s?, s:s, s:s}", "operator", v->op, "verdict",
					  wr_verdict_word(v->what), "why", v->why));
	}
	return json_pack("{s:s, s:s?, s:b, s:s?, s:o}", "kind",
		state->dir == NULL ? "memory" : "leveldb", "directory", state->dir, "checkpoint",
		state->has_checkpoint, "unknown", state->unknown, "verdicts", verdicts);
}

static json_t *
json_pipeline(const struct wr_pipeline *pipeline, const struct wr_state_plan *state)
{
	json_t *vertices = json_array(), *edges = json_array(), *notes = json_array();
	json_t *sources = json_array(), *sinks = json_array();
	uint32_t i, kind, total = 0;

	for (i = 0; i < pipeline->n_ops; i++) {
		json_array_append_new(vertices, json_vertex(pipeline, pipeline->ops[i]));
		kind = pipeline->ops[i]->desc->kind;
		if (kind != WEIR_TRANSFORM)
			json_array_append_new(kind == WEIR_SOURCE ? sources : sinks,
				json_string(pipeline->ops[i]->name));
		total += pipeline->ops[i]->parallelism;
	}
	for (i = 0; i < pipeline->n_edges; i++)
		json_array_append_new(edges, json_edge(pipeline->edges[i]));
	wr_report_notes(pipeline, json_add_note, notes);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:{s:s, s:s}, s:I, s:o, s:o}",
		"name", pipeline->name, "vertices", vertices, "edges", edges, "sources", sources,
		"sinks", sinks, "total_parallelism", (int)total, "chains", (int)pipeline->n_chains,
		"loops", (int)pipeline->threads, "guarantee", "delivery", pipeline->guarantee,
		"why", pipeline->guarantee_why, "buffer_bytes", (json_int_t)pipeline->buffer_bound,
		"state", json_state(state), "notes", notes);
}

static void
json_put_place(json_t *object, const struct wr_conf *conf, uint32_t loc)
{
	struct wr_place place;

	if (conf == NULL || !wr_conf_place(conf, loc, &place))
		return;
	json_object_set_new(object, "file", json_string(place.path));
	json_object_set_new(object, "line", json_integer(place.line));
	json_object_set_new(object, "column", json_integer(place.column));
}

/* A message as wr_diag_print shows it: secrets masked, control characters escaped. */
static json_t *
json_message(const struct wr_diag *diag, uint32_t loc, const char *text)
{
	static const char word[] = ": error: ";
	struct wr_problem one = {.loc = loc, .len = 1, .severity = WR_DIAG_ERROR, .text = text};
	const struct wr_diag only = {.conf = diag->conf, .problems = &one, .n = 1, .n_errors = 1};
	struct wr_text shown = {0};
	struct wr_place place;
	const char *start;
	json_t *value;

	wr_diag_print(&only, &shown);
	start = shown.p;
	if (diag->conf != NULL && wr_conf_place(diag->conf, loc, &place))
		start += strlen(place.path);
	start = strstr(start, word);
	start = start != NULL ? start + strlen(word) : shown.p;
	value = json_of((struct weir_str){.p = start, .len = (uint32_t)strcspn(start, "\n")});
	wr_text_fini(&shown);
	return value;
}

static json_t *
json_problem(const struct wr_diag *diag, const struct wr_problem *problem)
{
	json_t *object = json_object(), *notes = json_array(), *entry;
	const struct wr_note *note;

	json_put_place(object, diag->conf, problem->loc);
	json_object_set_new(object, "severity",
		json_string(problem->severity == WR_DIAG_ERROR ? "error" : "warning"));
	json_object_set_new(object, "message", json_message(diag, problem->loc, problem->text));
	for (note = problem->notes; note != NULL; note = note->next) {
		entry = json_object();
		json_put_place(entry, diag->conf, note->loc);
		json_object_set_new(entry, "message", json_message(diag, note->loc, note->text));
		json_array_append_new(notes, entry);
	}
	json_object_set_new(object, "notes", notes);
	return object;
}

/* In file order, as people see them. */
static int
by_place(const void *a, const void *b)
{
	const struct wr_problem *const *x = a, *const *y = b;

	if ((*x)->loc != (*y)->loc)
		return (*x)->loc < (*y)->loc ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static json_t *
json_problems(const struct wr_diag *diag)
{
	const struct wr_problem **sorted = wr_alloc(sizeof *sorted * (diag->n + 1));
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; i < diag->n; i++)
		sorted[i] = &diag->problems[i];
	qsort(sorted, diag->n, sizeof *sorted, by_place);
	for (i = 0; i < diag->n; i++)
		json_array_append_new(array, json_problem(diag, sorted[i]));
	free(sorted);
	return array;
}

void
wr_report_json(const struct wr_generation *gen, struct wr_text *out)
{
	const struct wr_diag *diag = &gen->diag;
	json_t *all = json_array(), *root;
	char *text;
	uint32_t i;

	for (i = 0; i < gen->n_pipelines; i++)
		json_array_append_new(all, json_pipeline(gen->pipelines[i], &gen->states[i]));
	root = json_pack("{s:o, s:b, s:o, s:o}", "conf", json_of(wr_str(gen->path)), "ok",
		diag->n_errors == 0, "pipelines", all, "problems", json_problems(diag));
	text = json_dumps(root, JSON_INDENT(2));
	if (text != NULL) {
		wr_text_put(out, text);
		wr_text_put(out, "\n");
	}
	free(text);
	json_decref(root);
}
