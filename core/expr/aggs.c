/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates: from the text of a block to accumulators, what feeds them, and the final expressions.
 */
#include <stdio.h>

#include "expr/agg.h"
#include "expr/call.h"
#include "expr/check.h"
#include "expr/lexer.h"
#include "expr/parse.h"

struct build {
	const struct wr_scope *scope;
	struct weir_aggs *aggs;
	struct wr_check inner, outer;
	uint32_t n_known; /* items that later ones may name */
	uint32_t size; /* of the row so far */
};

static void *
grow(struct wr_arena *arena, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	void *v;

	if (n < *cap)
		return old;
	*cap = *cap == 0 ? 8 : *cap * 2;
	v = wr_arena_zalloc(arena, *cap * size);
	return n > 0 ? memcpy(v, old, n * size) : v;
}

/* The number of an input, -1 if it is wrong.  The tree is checked here, once. */
static int32_t
add_input(struct build *b, struct wr_node *node, int32_t filter, bool condition)
{
	struct wr_arena *arena = b->scope->arena;
	struct weir_aggs *aggs = b->aggs;
	const char *text = wr_parse_canonical(b->scope, node->src);
	struct wr_agg_input *input;

	/* A column is there, whether a filter wants it or not. */
	if (node->kind == WR_N_NAME && node->n_steps == 0)
		filter = -1;
	for (uint32_t i = 0; i < aggs->n_inputs; i++)
		if (aggs->inputs[i].filter == filter && strcmp(aggs->inputs[i].text, text) == 0 &&
			(!condition || (aggs->inputs[i].node->type == WEIR_BOOL &&
					       aggs->inputs[i].constant == NULL)) &&
			!aggs->inputs[i].node->fickle) {
			aggs->inputs[i].filters |= condition;
			return (int32_t)i;
		}
	wr_check(&b->inner, &node);
	if (node->kind == WR_N_BAD)
		return -1;
	if (condition && !wr_check_convert(&b->inner, &node, WEIR_BOOL)) {
		wr_check_problem(&b->inner, node, node->src,
			"a condition is needed, but this is %s", wr_type_name(node->type));
		return -1;
	}
	aggs->inputs =
		grow(arena, aggs->inputs, aggs->n_inputs, &aggs->cap_inputs, sizeof *aggs->inputs);
	input = &aggs->inputs[aggs->n_inputs];
	*input = (struct wr_agg_input){
		.text = text, .node = node, .filter = filter, .filters = condition};
	if (node->kind == WR_N_CONST && !condition)
		input->constant = wr_call_spread(arena, &node->value->col);
	return (int32_t)aggs->n_inputs++;
}

static bool
plan_call(struct build *b, struct wr_node *node, struct wr_agg_call *call, struct wr_call *plan)
{
	struct wr_arena *arena = b->scope->arena;
	struct wr_node **args = wr_arena_array(arena, struct wr_node *, node->n_kids);
	struct weir_err err = {0};
	bool good = true;
	int rc;

	call->filter = -1;
	if (node->filter != NULL) {
		call->filter = add_input(b, node->filter, -1, true);
		good = call->filter >= 0;
	}
	call->n_args = node->n_kids;
	call->args = wr_arena_zalloc(arena, (node->n_kids + 1) * sizeof *call->args);
	for (uint32_t i = 0; i < node->n_kids; i++) {
		int32_t input = add_input(b, node->kids[i], call->filter, false);

		good = good && input >= 0;
		if (input >= 0) {
			call->args[i] = (uint32_t)input;
			args[i] = b->aggs->inputs[input].node;
		}
	}
	if (!good)
		return false;
	wr_call_init(arena, plan, args, node->n_kids);
	rc = call->agg->plan(&plan->pub, &err);
	wr_call_planned(plan);
	if (rc < 0) {
		wr_call_problem(b->scope, node, call->agg->signature, &err);
		return false;
	}
	if (plan->pub.type < WEIR_BOOL || plan->pub.type > WEIR_JSON ||
		plan->pub.n_cells > plan->pub.acc_size) {
		wr_expr_problem(b->scope, node->src, "%.*s(): its plugin describes no sound result",
			WR_STRF(node->word));
		return false;
	}
	return true;
}

/* Behind a slot's name the types of the arguments it is made of: "max(x): int".  What was kept of
 * ints is nothing that floats could go on with. */
static const char *
name_typed(const struct build *b, const struct wr_agg_call *call, uint32_t n, struct wr_text *name)
{
	const char *copy;

	for (uint32_t i = 0; i < n; i++)
		wr_text_printf(name, "%s%s", i > 0 ? ", " : ": ",
			wr_type_name(b->aggs->inputs[call->args[i]].node->type));
	copy = wr_arena_dup(b->scope->arena, name->p, name->len);
	wr_text_fini(name);
	return copy;
}

/* Whether the accumulator is that of another aggregate, whichever of them is there. */
static bool
has_same(const struct build *b, const struct wr_agg_call *call, const struct weir_call *plan)
{
	const struct weir_aggregate *same;

	if (plan->same == NULL || plan->n_same > call->n_args)
		return false;
	same = b->scope->aggregate(b->scope->arg, wr_str(plan->same));
	if (same == NULL || same->update != call->agg->update)
		return false;
	for (uint32_t i = 0; i < plan->n_same; i++)
		if (b->aggs->inputs[call->args[i]].node->fickle)
			return false;
	return true;
}

/*
 * What the call's accumulator is called: `sum(x)` is that of avg(x) too, whichever of them is there
 * and comes first, so that one added later finds what the other kept.
 */
static const char *
slot_name(const struct build *b, const struct wr_agg_call *call, const struct weir_call *plan)
{
	const struct wr_agg_input *inputs = b->aggs->inputs;
	struct wr_text name = {0};

	if (!has_same(b, call, plan)) {
		wr_text_put(&name, call->text);
		return name_typed(b, call, call->n_args, &name);
	}
	wr_text_printf(&name, "%s(", plan->same);
	for (uint32_t i = 0; i < plan->n_same; i++)
		wr_text_printf(&name, "%s%s", i > 0 ? ", " : "", inputs[call->args[i]].text);
	wr_text_put(&name, ")");
	if (call->filter >= 0)
		wr_text_printf(&name, " filter (where %s)", inputs[call->filter].text);
	return name_typed(b, call, plan->n_same, &name);
}

/* Whether an earlier call has the accumulator: then the call gets its place. */
static bool
share_slot(const struct weir_aggs *aggs, struct wr_agg_call *call, const char *name)
{
	for (uint32_t i = 0; i < aggs->n_calls; i++) {
		const struct wr_agg_call *other = &aggs->calls[i];

		if (strcmp(aggs->slots[other->slot].name, name) != 0)
			continue;
		call->slot = other->slot;
		call->offset = other->offset;
		call->shares = true;
	}
	return call->shares;
}

/* Where it is in the row. */
static uint32_t
add_slot(struct build *b, struct weir_slot slot)
{
	struct weir_aggs *aggs = b->aggs;
	uint32_t offset = b->size;

	if (slot.initial == NULL)
		slot.initial = wr_arena_zalloc(b->scope->arena, slot.bytes + 8);
	aggs->slots = grow(
		b->scope->arena, aggs->slots, aggs->n_slots, &aggs->cap_slots, sizeof *aggs->slots);
	aggs->slots[aggs->n_slots++] = slot;
	b->size += slot.bytes;
	return offset;
}

static void
add_accumulator(
	struct build *b, struct wr_agg_call *call, const struct weir_call *plan, const char *text)
{
	void *initial = wr_arena_zalloc(b->scope->arena, plan->acc_size * 8 + 8);

	if (call->agg->init != NULL)
		call->agg->init(call->self, initial);
	call->slot = b->aggs->n_slots;
	call->offset = add_slot(b, (struct weir_slot){.name = text,
					   .bytes = plan->acc_size * 8,
					   .cells = plan->n_cells,
					   .version = call->agg->version,
					   .initial = initial});
}

static const char *
shown(const struct build *b, const struct wr_node *node, const char *text)
{
	return b->scope->shown == NULL ? text : b->scope->shown(b->scope->arg, node->src.loc, text);
}

static const char *
joint_name(struct build *b, const struct wr_agg_call *call, const struct wr_node *node)
{
	const struct wr_agg_input *inputs = b->aggs->inputs;
	int32_t filter = -1;
	struct wr_text name = {0};

	wr_text_printf(&name, "what %s has met of ", call->agg->name);
	for (uint32_t i = 0; i < call->n_args; i++) {
		const struct wr_agg_input *input = &inputs[call->args[i]];

		wr_text_printf(&name, "%s%s", i > 0 ? ", " : "", input->text);
		filter = input->filter > filter ? input->filter : filter;
	}
	if (filter >= 0)
		wr_text_printf(&name, " where %s", inputs[filter].text);
	return shown(b, node, name_typed(b, call, call->n_args, &name));
}

/* The one with these arguments, perhaps a new one; -1: it has as many calls as it can have. */
static int32_t
joint_of(struct build *b, const struct wr_agg_call *call, const struct wr_node *node)
{
	const struct weir_joint *has = call->agg->joint;
	struct weir_aggs *aggs = b->aggs;
	struct wr_agg_joint *joint;

	for (uint32_t i = 0; i < aggs->n_joints; i++) {
		const struct wr_agg_call *first = &aggs->calls[aggs->joints[i].first];

		if (first->agg == call->agg && first->n_args == call->n_args &&
			memcmp(first->args, call->args, call->n_args * sizeof *call->args) == 0)
			return aggs->joints[i].n < WEIR_JOINT_MAX ? (int32_t)i : -1;
	}
	aggs->joints = grow(b->scope->arena, aggs->joints, aggs->n_joints, &aggs->cap_joints,
		sizeof *aggs->joints);
	joint = &aggs->joints[aggs->n_joints];
	*joint = (struct wr_agg_joint){.joint = has, .first = aggs->n_calls};
	joint->common = add_slot(b, (struct weir_slot){.name = joint_name(b, call, node),
					    .bytes = has->common_size * 8,
					    .cells = has->n_cells,
					    .version = has->version});
	return (int32_t)aggs->n_joints++;
}

static uint64_t
mix_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return (hash ^ 0xff) * 0x100000001b3;
}

/* Whether the call, whose slot has this name, keeps what it takes together with others. */
static bool
join(struct build *b, struct wr_agg_call *call, const struct weir_call *plan,
	const struct wr_node *node, const char *text)
{
	const struct weir_aggregate *agg = call->agg;
	struct wr_agg_joint *joint;

	call->joint = -1;
	if (b->scope->amends || !WEIR_HAS(struct weir_aggregate, agg, joint) ||
		agg->joint == NULL || !agg->joint->able(plan))
		return false;
	call->joint = joint_of(b, call, node);
	if (call->joint < 0)
		return false;
	joint = &b->aggs->joints[call->joint];
	call->nth = joint->n++;
	call->slot = b->aggs->n_slots;
	call->offset = add_slot(b, (struct weir_slot){.name = text,
					   .bytes = agg->joint->own_size * 8,
					   .version = agg->joint->version});
	joint->own[call->nth] = call->offset;
	joint->filter[call->nth] = call->filter;
	joint->calls = mix_text(joint->calls, text);
	return true;
}

static void
plan_sliding(struct wr_agg_call *call, const struct weir_call *plan)
{
	const struct weir_aggregate *agg = call->agg;
	uint32_t words = 0, cells = 0;

	if (call->joint >= 0 || !WEIR_HAS(struct weir_aggregate, agg, sliding) ||
		agg->sliding == NULL || !agg->sliding->able(plan, &words, &cells))
		return;
	call->n_sliding = cells > words ? 0 : words;
	call->sliding_cells = cells;
}

/* The column a call's result will be in. */
static struct wr_node *
result_node(struct build *b, struct wr_node *node, uint32_t i)
{
	struct wr_node *column = wr_node_new(b->scope->arena, WR_N_COLUMN, node->src, 0);

	column->word = node->word;
	column->type = b->aggs->calls[i].type;
	column->nullable = b->aggs->calls[i].nullable;
	column->col = i;
	column->checked = true;
	column->eval = wr_agg_result_eval;
	return column;
}

/* A call outside all others: an aggregate, or (NULL) a function of results. */
static struct wr_node *
outer_call(void *arg, struct wr_node *node)
{
	struct build *b = arg;
	struct weir_aggs *aggs = b->aggs;
	struct wr_arena *arena = b->scope->arena;
	struct weir_str name = wr_check_lower(arena, node->word);
	struct wr_agg_call call = {0};
	struct wr_call plan;
	const char *slot;

	call.agg = b->scope->aggregate(b->scope->arg, name);
	if (call.agg == NULL)
		return NULL;
	call.text = wr_parse_canonical(b->scope, node->src);
	for (uint32_t i = 0; i < aggs->n_calls; i++)
		if (strcmp(aggs->calls[i].text, call.text) == 0)
			return result_node(b, node, i);
	if (!plan_call(b, node, &call, &plan)) {
		b->outer.problems++;
		node->kind = WR_N_BAD;
		return node;
	}
	call.self = plan.pub.self;
	call.type = plan.pub.type;
	call.nullable = plan.pub.nullable;
	aggs->calls =
		grow(arena, aggs->calls, aggs->n_calls, &aggs->cap_calls, sizeof *aggs->calls);
	slot = shown(b, node, slot_name(b, &call, &plan.pub));
	if (!join(b, &call, &plan.pub, node, slot) && !share_slot(aggs, &call, slot))
		add_accumulator(b, &call, &plan.pub, slot);
	plan_sliding(&call, &plan.pub);
	aggs->retractable = aggs->retractable && call.agg->retract != NULL;
	aggs->calls[aggs->n_calls] = call;
	return result_node(b, node, aggs->n_calls++);
}

/* A name outside all calls: an item that came before. */
static struct wr_node *
outer_name(void *arg, struct wr_node *node)
{
	struct build *b = arg;
	const struct weir_schema *schema = b->scope->schema;
	bool column = false;

	for (uint32_t i = 0; i < b->n_known && node->n_steps == 0; i++)
		if (wr_str_eq(b->aggs->items[i].name, node->word) && b->aggs->items[i].root != NULL)
			return b->aggs->items[i].root;
	for (uint32_t i = 0; schema != NULL && i < schema->n; i++)
		column = column || wr_str_eq(schema->fields[i]->name, node->word);
	if (column)
		wr_check_problem(&b->outer, node, node->src,
			"column \"%.*s\" is not inside an aggregate; write sum(%.*s), max(%.*s) or "
			"another",
			WR_STRF(node->word), WR_STRF(node->word), WR_STRF(node->word));
	else
		wr_check_problem(&b->outer, node, node->src,
			"\"%.*s\" is neither an aggregate nor the name of one before",
			WR_STRF(node->word));
	return node;
}

/* What an unnamed item is called: as its function, if it is nothing but a call. */
static bool
name_item(struct build *b, struct wr_agg_item *item, struct weir_str function, struct weir_str src,
	struct weir_str text)
{
	if (item->name.len == 0 && function.len == 0) {
		wr_expr_problem(
			b->scope, text, "a name is missing: write NAME = %.*s", WR_STRF(text));
		return false;
	}
	if (item->name.len == 0)
		item->name = wr_check_lower(b->scope->arena, function);
	for (uint32_t i = 0; i < b->n_known; i++)
		if (wr_str_eq(b->aggs->items[i].name, item->name)) {
			wr_expr_problem(b->scope, text,
				"duplicate name \"%.*s\"; write NAME = %.*s", WR_STRF(item->name),
				WR_STRF(src));
			return false;
		}
	return true;
}

static bool
add_item(struct build *b, struct wr_agg_item *item, struct weir_str text)
{
	struct weir_str function = {0}, src;
	struct wr_item parsed;

	if (!wr_parse(b->scope, text, true, &parsed))
		return false;
	item->name = parsed.name;
	src = parsed.root->src;
	if (parsed.root->kind == WR_N_CALL)
		function = parsed.root->word;
	wr_check(&b->outer, &parsed.root);
	if (parsed.root->kind == WR_N_BAD)
		return false;
	if (parsed.root->type == 0) {
		wr_expr_problem(b->scope, parsed.root->src,
			"the type of null is not known here; write cast(null as int)");
		return false;
	}
	item->root = parsed.root;
	return name_item(b, item, function, src, text);
}

/*
 * The same calls with what each keeps of a window that slides; NULL: one of them keeps nothing.  No
 * two have something in common then, so that there is a slot for each that does not share.
 */
static struct weir_aggs *
slide(const struct build *b)
{
	struct wr_arena *arena = b->scope->arena;
	struct weir_aggs *sliding = wr_arena_new(arena, struct weir_aggs);
	const struct weir_aggs *aggs = b->aggs;
	const struct wr_agg_call **owner =
		wr_arena_array(arena, const struct wr_agg_call *, aggs->n_slots + 1);
	uint32_t size = 0;

	*sliding = *aggs;
	sliding->panes = aggs;
	sliding->calls = wr_arena_array(arena, struct wr_agg_call, aggs->n_calls + 1);
	sliding->slots = wr_arena_zalloc(arena, (aggs->n_slots + 1) * sizeof *sliding->slots);
	for (uint32_t i = 0; i < aggs->n_calls; i++) {
		struct wr_agg_call *call = &sliding->calls[i];

		*call = aggs->calls[i];
		if (call->n_sliding == 0)
			return NULL;
		if (!call->shares) {
			owner[call->slot] = call;
			call->offset = size;
			size += call->n_sliding * 8;
			sliding->slots[call->slot] =
				(struct weir_slot){.name = aggs->slots[call->slot].name,
					.bytes = call->n_sliding * 8,
					.cells = call->sliding_cells,
					.initial = wr_arena_zalloc(arena, call->n_sliding * 8)};
		}
		call->offset = owner[call->slot]->offset;
		if (owner[call->slot]->agg->sliding->join != call->agg->sliding->join)
			return NULL;
	}
	return sliding;
}

struct weir_aggs *
wr_aggs_compile(const struct wr_scope *scope, const struct weir_list *list)
{
	struct weir_aggs *aggs = wr_arena_new(scope->arena, struct weir_aggs);
	struct build b = {.scope = scope, .aggs = aggs, .inner.scope = scope};
	bool good = true;

	b.outer = (struct wr_check){
		.scope = scope, .arg = &b, .name = outer_name, .call = outer_call};
	aggs->items = wr_arena_zalloc(scope->arena, (list->n + 1) * sizeof *aggs->items);
	aggs->retractable = true;
	for (uint32_t i = 0; i < list->n; i++) {
		good = add_item(&b, &aggs->items[i], list->v[i]) && good;
		b.n_known = i + 1;
	}
	aggs->n_items = list->n;
	if (!good)
		return NULL;
	aggs->sliding = slide(&b);
	return aggs;
}

uint32_t
wr_aggs_n(const struct weir_aggs *aggs)
{
	return aggs->n_items;
}

struct weir_str
wr_aggs_name(const struct weir_aggs *aggs, uint32_t i)
{
	return aggs->items[i].name;
}

uint32_t
wr_aggs_type(const struct weir_aggs *aggs, uint32_t i)
{
	return aggs->items[i].root->type;
}

bool
wr_aggs_nullable(const struct weir_aggs *aggs, uint32_t i)
{
	return aggs->items[i].root->nullable;
}

uint32_t
wr_aggs_slots(const struct weir_aggs *aggs, const struct weir_slot **slots)
{
	*slots = aggs->slots;
	return aggs->n_slots;
}

const struct weir_aggs *
wr_aggs_sliding(const struct weir_aggs *aggs)
{
	return aggs->sliding;
}

bool
wr_aggs_retractable(const struct weir_aggs *aggs)
{
	return aggs->retractable;
}
