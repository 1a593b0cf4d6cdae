/* SPDX-License-Identifier: Apache-2.0 */
/* The block of a pipeline: its own directives, and the operators that stand in it. */
#include "engine/plan/planner.h"

#include "base/err.h"

static const char *const kind_words[] = {
	[WEIR_TRANSFORM] = "operator", [WEIR_SOURCE] = "source", [WEIR_SINK] = "sink"};

static bool
table_has(const struct weir_directive *table, struct weir_str name)
{
	for (; table->name != NULL; table++)
		if (wr_str_is(name, table->name))
			return true;
	return false;
}

static uint32_t
dir_kind(const struct wr_dir *dir)
{
	if (wr_str_is(dir->name, "source"))
		return WEIR_SOURCE;
	return wr_str_is(dir->name, "sink") ? WEIR_SINK : WEIR_TRANSFORM;
}

/* Whether a line of a pipeline is an operator, be it a wrong one; else it is a directive. */
static bool
is_operator(const struct wr_planner *planner, const struct wr_dir *dir)
{
	if (table_has(wr_tables_pipeline(), dir->name) || wr_str_is(dir->name, "checkpoint"))
		return false;
	return dir->has_block || dir_kind(dir) != WEIR_TRANSFORM ||
	       wr_plugins_operator(planner->plugins, WEIR_TRANSFORM, dir->name) != NULL;
}

/* The word of a plugin that nobody offers; what it was meant to be counts as there. */
static void
read_unknown(struct weir_plan *plan, struct weir_str word)
{
	static const char *const kinds[] = {"source", "sink"};
	struct wr_planner *planner = plan->planner;
	const char *guess;
	uint32_t kind;

	for (kind = WEIR_TRANSFORM; kind <= WEIR_SINK; kind++) {
		if (wr_plugins_operator(planner->plugins, kind, word) == NULL)
			continue;
		planner->has[kind] = true;
		wr_problem_at(plan, word, "\"%.*s\" is a %s; write \"%s%.*s NAME { ... }\"",
			WR_STRF(word), kind == WEIR_TRANSFORM ? "transform" : kind_words[kind],
			kind == WEIR_SOURCE ? "source "
			: kind == WEIR_SINK ? "sink "
					    : "",
			WR_STRF(word));
		return;
	}
	guess = plan->kind == WEIR_TRANSFORM ? wr_did_you_mean(word, kinds, 2) : NULL;
	if (guess != NULL)
		planner->has[wr_str_is(wr_str(guess), "source") ? WEIR_SOURCE : WEIR_SINK] = true;
	wr_problem_at(plan, word, "unknown %s \"%.*s\"%s", kind_words[plan->kind], WR_STRF(word),
		wr_problem_guess_offer(
			planner, word, plan->kind, kinds, plan->kind == WEIR_TRANSFORM ? 2 : 0));
}

/* Its word and its name; gives the word, with p NULL if the line has not the form of an operator.
 */
static struct weir_str
read_words(struct weir_plan *plan)
{
	const struct wr_dir *dir = plan->op->dir;
	uint32_t want = plan->kind == WEIR_TRANSFORM ? 1 : 2;
	const char *plugin = plan->kind == WEIR_TRANSFORM ? "" : "PLUGIN ";
	struct weir_str none = {0};

	plan->failed = true;
	if (dir->broken || !wr_conf_expect_block(dir, true, plan->planner->diag))
		return none;
	if (plan->kind == WEIR_TRANSFORM &&
		wr_plugins_operator(plan->planner->plugins, WEIR_TRANSFORM, dir->name) == NULL)
		return dir->name;
	if (dir->n_words != want) {
		wr_problem_at(plan, dir->name,
			"invalid number of arguments in \"%.*s\" directive; write \"%.*s %sNAME { "
			"... }\"",
			WR_STRF(dir->name), WR_STRF(dir->name), plugin);
		return none;
	}
	plan->failed = false;
	if (wr_values_name(plan->planner, dir->words[want - 1]))
		plan->name = dir->words[want - 1];
	else
		plan->failed = true;
	return want == 1 ? dir->name : dir->words[0];
}

static void
read_title(struct weir_plan *plan, struct weir_str word)
{
	struct wr_arena *arena = plan->planner->arena;
	const struct wr_dir *dir = plan->op->dir;
	struct weir_str name = dir->n_words == 0 ? word : dir->words[dir->n_words - 1];

	plan->op->word = wr_arena_dup(arena, word.p, word.len);
	plan->op->name = wr_arena_dup(arena, name.p, name.len);
	plan->op->title = wr_arena_printf(arena, "%s%.*s \"%s\"",
		plan->kind == WEIR_SOURCE ? "source "
		: plan->kind == WEIR_SINK ? "sink "
					  : "",
		WR_STRF(word), plan->op->name);
}

/* A plugin must leave the host's directives alone: else a conf would mean something else by it. */
static void
check_own_table(struct weir_plan *plan)
{
	const struct weir_operator *desc = plan->op->desc;
	const struct weir_directive *host = wr_tables_operator(plan->kind);
	struct weir_directive d;
	uint32_t i;

	for (i = 0; desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++)
		if (table_has(host, wr_str(d.name)))
			wr_problem_internal(
				plan, "has a directive \"%s\", which is the host's", d.name);
}

/* All words of a directive that may repeat. */
static void
read_input(struct weir_plan *plan, const char *name, struct wr_port *port)
{
	const struct wr_dir *dir = wr_dir_find(plan->op->dir, name);
	struct weir_str *refs;
	uint32_t n = 0;

	for (; dir != NULL; dir = dir->next)
		if (wr_str_is(dir->name, name))
			n += dir->n_words;
	refs = wr_arena_array(&plan->planner->scratch, struct weir_str, n + 1);
	for (dir = wr_dir_find(plan->op->dir, name); dir != NULL; dir = dir->next)
		if (wr_str_is(dir->name, name) && dir->n_words > 0) {
			memcpy(refs + port->n_refs, dir->words, dir->n_words * sizeof *refs);
			port->n_refs += dir->n_words;
		}
	port->refs = refs;
}

/* The names that feed its inputs: `from`, and the directives of further inputs. */
static void
read_refs(struct weir_plan *plan)
{
	const struct weir_operator *desc = plan->op->desc;
	const struct wr_dir *from = wr_dir_find(plan->op->dir, "from");
	struct weir_directive d;
	uint32_t i, by_order = plan->op->n_in;

	for (i = 0; desc != NULL && desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++) {
		if (d.type != WEIR_D_INPUT || d.port == 0 || d.port >= plan->op->n_in)
			continue;
		by_order = 1;
		if (plan->ports[d.port].refs == NULL)
			read_input(plan, d.name, &plan->ports[d.port]);
	}
	plan->blind = plan->op->n_in > 0 && (from == NULL || from->n_words == 0);
	if (plan->op->n_in == 0 || plan->blind)
		return;
	if (by_order == 1) {
		plan->ports[0].refs = from->words;
		plan->ports[0].n_refs = from->n_words;
		return;
	}
	for (i = 0; i < by_order && i < from->n_words; i++) {
		plan->ports[i].refs = &from->words[i];
		plan->ports[i].n_refs = 1;
	}
	plan->blind = from->n_words != by_order;
	if (plan->blind)
		wr_problem_at(plan, from->name, "%s has %u input%s; needs %u", plan->op->title,
			from->n_words, from->n_words == 1 ? "" : "s", by_order);
}

static void
read_bind(struct weir_plan *plan)
{
	static const char *const left[] = {"format", NULL};
	const struct weir_operator *desc = plan->op->desc;
	struct wr_planner *planner = plan->planner;
	const struct wr_table_of tables[] = {
		{wr_tables_operator(plan->kind), sizeof(struct weir_directive), &plan->host},
		{desc->directives, desc->directive_size, plan->op->conf},
	};

	check_own_table(plan);
	if (wr_bind(plan->op->dir, tables, desc->directives == NULL ? 1 : 2,
		    plan->kind == WEIR_TRANSFORM ? NULL : left, plan->op->title, planner->arena,
		    planner->diag) > 0)
		plan->failed = true;
	plan->refusal = planner->refusal;
	plan->own_refusal = wr_values_refusal(planner, plan->op->dir,
		(struct wr_refusal){plan->host.on_error, plan->host.dead_letter}, &plan->refusal);
	if (plan->kind == WEIR_SOURCE)
		wr_values_watermark(plan);
	if (plan->kind != WEIR_TRANSFORM)
		wr_fields_read(plan);
}

static void
read_ports(struct weir_plan *plan)
{
	const struct weir_operator *desc = plan->op->desc;
	struct wr_arena *arena = plan->planner->arena, *scratch = &plan->planner->scratch;
	struct wr_op *op = plan->op;
	uint32_t n_out, i;

	op->n_in = desc != NULL ? desc->n_in : plan->kind != WEIR_SOURCE;
	n_out = desc != NULL ? desc->n_out : plan->kind != WEIR_SINK;
	op->n_out = n_out;
	op->error_out = -1;
	op->changes_from = -1;
	/* A source has one, too, without rows and keys: its tables and timers stand under it. */
	op->in = wr_arena_zalloc(arena, (op->n_in > 0 ? op->n_in : 1) * sizeof *op->in);
	op->out = wr_arena_zalloc(arena, n_out * sizeof *op->out);
	plan->ports = wr_arena_zalloc(scratch, op->n_in * sizeof *plan->ports);
	plan->made = wr_arena_zalloc(scratch, n_out * sizeof *plan->made);
	for (i = 0; i < n_out; i++)
		plan->made[i].hidden_from = WR_HIDDEN_NONE;
}

static void
read_operator(struct wr_planner *planner, const struct wr_dir *dir)
{
	struct weir_plan *plan = wr_arena_new(&planner->scratch, struct weir_plan);
	struct wr_op *op = wr_arena_new(planner->arena, struct wr_op);
	struct weir_str word;

	planner->plans[planner->n_plans++] = plan;
	plan->planner = planner;
	plan->op = op;
	plan->kind = dir_kind(dir);
	planner->has[plan->kind] = true;
	op->dir = dir;
	op->title = "";
	word = read_words(plan);
	if (word.p != NULL) {
		read_title(plan, word);
		op->desc = wr_plugins_operator(planner->plugins, plan->kind, word);
		op->two_phase = op->desc != NULL && (op->desc->flags & WEIR_TWO_PHASE) != 0;
		if (op->desc == NULL)
			read_unknown(plan, word);
	}
	read_ports(plan);
	read_refs(plan);
	if (op->desc == NULL)
		return;
	op->conf = wr_arena_zalloc(planner->arena, op->desc->conf_size + 1);
	read_bind(plan);
	op->on_error = plan->refusal.how;
	op->buffer_batches =
		(uint32_t)(plan->host.buffer_batches > 0 ? plan->host.buffer_batches
							 : planner->conf.buffer_batches);
	op->buffer_bytes =
		plan->host.buffer_bytes > 0 ? plan->host.buffer_bytes : planner->conf.buffer_bytes;
}

/* The words of operators in this block, each once: what wr_bind() is to leave alone. */
static const char *const *
operator_words(struct wr_planner *planner, const struct wr_dir *block, uint32_t n)
{
	const char **words = wr_arena_array(&planner->scratch, const char *, n + 2);
	struct wr_names seen = {0};
	const struct wr_dir *dir;
	uint32_t i = 0;

	for (dir = block->children; dir != NULL; dir = dir->next)
		if (is_operator(planner, dir) &&
			wr_names_put(&seen, &planner->scratch, dir->name, 0) == WR_NAMES_ABSENT)
			words[i++] = wr_arena_dup(&planner->scratch, dir->name.p, dir->name.len);
	words[i++] = "checkpoint";
	words[i] = NULL;
	return words;
}

static void
read_name(struct wr_planner *planner, const struct wr_dir *block)
{
	struct weir_str name = {.p = "", .loc = block->name.loc};

	if (block->n_words != 1 && !block->broken)
		wr_diag_error_span(planner->diag, block->name.loc, block->name.len,
			"invalid number of arguments in \"pipeline\" directive; write \"pipeline "
			"NAME { ... }\"");
	else if (!block->broken && wr_values_name(planner, block->words[0]))
		name = block->words[0];
	planner->pipeline->name = wr_arena_dup(planner->arena, name.p, name.len);
	planner->title = wr_arena_printf(planner->arena, "pipeline \"%.*s\"", WR_STRF(name));
}

void
wr_read_pipeline(struct wr_planner *planner, const struct wr_dir *block)
{
	const struct wr_table_of table = {
		wr_tables_pipeline(), sizeof(struct weir_directive), &planner->conf};
	const struct wr_dir *dir;
	uint32_t n = 0;

	for (dir = block->children; dir != NULL; dir = dir->next)
		n++;
	read_name(planner, block);
	wr_bind(block, &table, 1, operator_words(planner, block, n), planner->title, planner->arena,
		planner->diag);
	wr_durable_read(planner, block);
	wr_values_refusal(planner, block,
		(struct wr_refusal){planner->conf.on_error, planner->conf.dead_letter},
		&planner->refusal);
	planner->pipeline->max_parallelism = (uint32_t)planner->conf.max_parallelism;
	planner->plans = wr_arena_array(&planner->scratch, struct weir_plan *, n + 1);
	for (dir = block->children; dir != NULL; dir = dir->next)
		if (is_operator(planner, dir))
			read_operator(planner, dir);
}
