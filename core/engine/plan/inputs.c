/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of an input: what feeds it must fit together, and the operator must take them. */
#include "engine/plan/planner.h"

static struct weir_plan *
inputs_plan_of(const struct weir_plan *plan, const struct wr_op *op)
{
	return plan->planner->plans[op->id];
}

/* The name of the input's i-th edge as it stands in the conf. */
static struct weir_str
inputs_ref(const struct weir_plan *plan, const struct wr_edge *edge)
{
	const struct wr_port *port = &plan->ports[edge->in];
	struct weir_str name = edge->from->out[edge->out].name;
	uint32_t i;

	for (i = 0; i < port->n_refs; i++)
		if (wr_str_eq(port->refs[i], name))
			return port->refs[i];
	return name;
}

static void
inputs_differ(struct weir_plan *plan, const struct wr_edge *edge, const char *how)
{
	struct weir_str here = inputs_ref(plan, edge);
	const struct wr_edge *first = plan->op->in[edge->in].edges[0];

	wr_problem_at(plan, here, "union in %s: %s", plan->op->title, how);
	wr_diag_note(plan->planner->diag, first->from->out[first->out].name.loc,
		"\"%s\" is defined here", first->from->name);
	wr_diag_note(plan->planner->diag, edge->from->out[edge->out].name.loc,
		"\"%s\" is defined here", edge->from->name);
}

/* Which column of a further edge is each column of the first; false: they do not fit, reported. */
static bool
inputs_match(struct weir_plan *plan, struct wr_edge *edge, const struct weir_schema *first)
{
	struct wr_planner *planner = plan->planner;
	struct wr_port *port = &plan->ports[edge->in];
	const struct weir_schema *other = edge->from->out[edge->out].schema;
	struct weir_str a = inputs_ref(plan, plan->op->in[edge->in].edges[0]);
	struct weir_str b = inputs_ref(plan, edge);
	uint32_t *columns = wr_arena_array(planner->arena, uint32_t, first->n + 1), i;
	const struct weir_field *field;
	bool same = first->n == other->n;
	int32_t at;

	memset(columns, 0xff, first->n * sizeof *columns);
	for (i = 0; i < other->n; i++) {
		field = other->fields[i];
		at = wr_schema_find(planner, &port->columns, first, field->name);
		if (at < 0) {
			inputs_differ(plan, edge,
				wr_arena_printf(planner->arena,
					"field \"%.*s\" of \"%.*s\" is missing in \"%.*s\"",
					WR_STRF(field->name), WR_STRF(b), WR_STRF(a)));
			return false;
		}
		if (first->fields[at]->type != field->type) {
			inputs_differ(plan, edge,
				wr_arena_printf(planner->arena,
					"field \"%.*s\" is %s in \"%.*s\" and %s in \"%.*s\"",
					WR_STRF(field->name),
					wr_schema_type(first->fields[at]->type), WR_STRF(a),
					wr_schema_type(field->type), WR_STRF(b)));
			return false;
		}
		columns[at] = i;
		same = same && (uint32_t)at == i;
	}
	for (i = 0; i < first->n && other->n < first->n; i++)
		if (columns[i] == UINT32_MAX) {
			inputs_differ(plan, edge,
				wr_arena_printf(planner->arena,
					"field \"%.*s\" of \"%.*s\" is missing in \"%.*s\"",
					WR_STRF(first->fields[i]->name), WR_STRF(a), WR_STRF(b)));
			return false;
		}
	edge->columns = same ? NULL : columns;
	return true;
}

/* Of all edges together: nullable where one is, amending if one is. */
static const struct weir_schema *
inputs_union(struct wr_planner *planner, const struct wr_in *in)
{
	const struct wr_edge *edge = in->edges[0];
	const struct weir_schema *first = edge->from->out[edge->out].schema, *other;
	struct weir_field *field;
	struct wr_made made = {0};
	uint32_t changes = first->changes;
	uint32_t i, e;

	for (i = 0; i < first->n; i++)
		wr_schema_add(planner, &made, first->fields[i], (struct wr_pass){-1, 0});
	for (e = 1; e < in->n_edges; e++) {
		edge = in->edges[e];
		other = edge->from->out[edge->out].schema;
		changes = other->changes > changes ? other->changes : changes;
		for (i = 0; other != first && i < first->n; i++) {
			if (made.fields[i]->nullable ||
				!other->fields[edge->columns == NULL ? i : edge->columns[i]]
					 ->nullable)
				continue;
			field = wr_arena_new(planner->arena, struct weir_field);
			*field = *made.fields[i];
			field->nullable = 1;
			made.fields[i] = field;
		}
	}
	return wr_schema_of(planner, &made, changes, first);
}

/* Says whose rows it cannot take, and how it could. */
static bool
inputs_refuse_changes(struct weir_plan *plan, const struct wr_edge *edge, const char *what,
	const struct weir_plan *origin)
{
	struct wr_diag *diag = plan->planner->diag;

	wr_problem_at(plan, inputs_ref(plan, edge), "%s cannot take %s, which %s makes",
		plan->op->title, what, origin->op->title);
	wr_diag_note(diag, wr_problem_loc(origin), "\"%s\" is defined here", origin->op->name);
	wr_diag_note(diag, 0, "a map between them makes plain rows of such: changes_as NAME;");
	return false;
}

static bool
inputs_check_changes(struct weir_plan *plan, uint32_t in)
{
	const uint32_t flags = plan->op->desc->flags;
	struct wr_port *port = &plan->ports[in];
	const struct wr_in *input = &plan->op->in[in];
	const struct wr_edge *edge;
	const struct wr_made *made;
	uint32_t e;

	for (e = 0; e < input->n_edges; e++) {
		edge = input->edges[e];
		if (edge->from->out[edge->out].dead_letter)
			continue;
		made = &inputs_plan_of(plan, edge->from)->made[edge->out];
		port->amender = port->amender != NULL ? port->amender : made->amender;
		port->taker = port->taker != NULL ? port->taker : made->taker;
		if (made->amender == NULL || (flags & WEIR_TAKES_CHANGES) != 0)
			continue;
		if ((flags & WEIR_TAKES_UPDATES) == 0)
			return inputs_refuse_changes(
				plan, edge, "rows that amend earlier ones", made->amender);
		if (made->taker != NULL)
			return inputs_refuse_changes(
				plan, edge, "rows that take earlier ones back", made->taker);
	}
	return true;
}

bool
wr_inputs_build(struct weir_plan *plan, uint32_t i)
{
	struct wr_in *in = &plan->op->in[i];
	const struct weir_schema *first;
	const struct wr_edge *edge;
	uint32_t e, able = UINT32_MAX;

	if (in->n_edges == 0)
		return true;
	first = in->edges[0]->from->out[in->edges[0]->out].schema;
	for (e = 0; e < in->n_edges; e++) {
		edge = in->edges[e];
		able &= edge->from->out[edge->out].hidden_able;
		if (e > 0 && edge->from->out[edge->out].schema != first &&
			!inputs_match(plan, in->edges[e], first))
			return false;
	}
	in->schema = in->n_edges == 1 ? first : inputs_union(plan->planner, in);
	in->first_key = in->schema->n;
	in->read = wr_arena_zalloc(
		plan->planner->arena, (wr_words(in->schema->n) + 1) * sizeof *in->read);
	plan->ports[i].hidden_able = able;
	return inputs_check_changes(plan, i);
}
