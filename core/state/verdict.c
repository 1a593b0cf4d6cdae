/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what was kept with what is to be kept; see verdict.h. */
#include "state/verdict.h"

#include "base/text.h"
#include "state/manifest.h"

/* One operator, being judged. */
struct judge {
	const struct wr_kept_op *last, *now;
	const char *title;
	struct wr_text changes, refusal;
	char instead[40]; /* of giving the refused state up */
	bool other_keys; /* it is said already */
};

const char *
wr_verdict_word(uint32_t what)
{
	static const char *const words[] = {[WR_VERDICT_KEEP] = "kept",
		[WR_VERDICT_NEW] = "new",
		[WR_VERDICT_CHANGED] = "changed",
		[WR_VERDICT_DROPPED] = "dropped",
		[WR_VERDICT_FORGOTTEN] = "forgotten",
		[WR_VERDICT_REFUSED] = "refused"};

	return words[what];
}

static bool
keeps_something(const struct wr_kept_op *op)
{
	return op->n_tables > 0 || op->has_private || op->has_timers || op->has_position ||
	       op->has_output;
}

static const struct wr_kept_op *
find_op(const struct wr_kept *kept, const char *name)
{
	for (uint32_t i = 0; kept != NULL && i < kept->n_ops; i++)
		if (strcmp(kept->ops[i].name, name) == 0)
			return &kept->ops[i];
	return NULL;
}

static const struct wr_kept_table *
find_table(const struct wr_kept_op *op, const char *name)
{
	for (uint32_t i = 0; i < op->n_tables; i++)
		if (strcmp(op->tables[i].name, name) == 0)
			return &op->tables[i];
	return NULL;
}

static bool
same_slot(const struct wr_kept_slot *a, const struct wr_kept_slot *b)
{
	return strcmp(a->name, b->name) == 0 && a->version == b->version;
}

/* Of several slots with the same name and version the first is the first, and so on. */
static const struct wr_kept_slot *
find_slot(const struct wr_kept_table *in, const struct wr_kept_table *from, uint32_t index)
{
	uint32_t before = 0;

	for (uint32_t i = 0; i < index; i++)
		before += same_slot(&from->slots[i], &from->slots[index]);
	for (uint32_t i = 0; i < in->n_slots; i++)
		if (same_slot(&in->slots[i], &from->slots[index]) && before-- == 0)
			return &in->slots[i];
	return NULL;
}

static void __attribute__((format(printf, 2, 3))) say(struct wr_text *text, const char *fmt, ...)
{
	char sentence[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);
	wr_text_printf(text, "%s%s", text->len > 0 ? "; " : "", sentence);
}

static bool
has_another_version(const struct wr_kept_table *table, const struct wr_kept_slot *slot)
{
	for (uint32_t i = 0; i < table->n_slots; i++)
		if (strcmp(table->slots[i].name, slot->name) == 0 &&
			table->slots[i].version != slot->version)
			return true;
	return false;
}

static void
judge_slots(struct judge *judge, const struct wr_kept_table *last, const struct wr_kept_table *now)
{
	for (uint32_t i = 0; i < now->n_slots; i++) {
		const struct wr_kept_slot *slot = &now->slots[i], *old = find_slot(last, now, i);

		if (old == NULL && has_another_version(last, slot))
			say(&judge->changes,
				"slot \"%s\" starts empty: it now keeps something else, or in "
				"another form",
				slot->name);
		else if (old == NULL)
			say(&judge->changes, "slot \"%s\" of version %u is new and starts empty",
				slot->name, slot->version);
		else if (old->bytes != slot->bytes || old->cells != slot->cells)
			say(&judge->refusal,
				"slot \"%s\" has %u bytes and %u cells in the state, %u and %u "
				"now, "
				"under the same version %u",
				slot->name, old->bytes, old->cells, slot->bytes, slot->cells,
				slot->version);
	}
	for (uint32_t i = 0; i < last->n_slots; i++)
		if (find_slot(now, last, i) == NULL && !has_another_version(now, &last->slots[i]))
			say(&judge->changes, "slot \"%s\" of version %u goes", last->slots[i].name,
				last->slots[i].version);
}

/* A state that has none may have them in sections, as an older weir wrote them. */
static bool
is_of_timers(const struct wr_kept_table *table)
{
	return table->name[0] == '@';
}

static void
put_key_texts(struct wr_text *out, const struct wr_kept_table *table)
{
	for (uint32_t i = 0; i < table->n_keys; i++)
		wr_text_printf(out, "%s%s", i > 0 ? ", " : "", table->key_texts[i]);
}

static bool
same_key_texts(const struct wr_kept_table *last, const struct wr_kept_table *now)
{
	if (last->key_texts == NULL || now->key_texts == NULL)
		return true;
	for (uint32_t i = 0; i < now->n_keys; i++)
		if (strcmp(last->key_texts[i], now->key_texts[i]) != 0)
			return false;
	return true;
}

/* The same types may come from other expressions. */
static void
judge_key_texts(
	struct judge *judge, const struct wr_kept_table *last, const struct wr_kept_table *now)
{
	struct wr_text *out = &judge->refusal;

	if (judge->other_keys || same_key_texts(last, now))
		return;
	judge->other_keys = true;
	wr_text_put(out, out->len > 0 ? "; it was keyed by " : "it was keyed by ");
	put_key_texts(out, last);
	wr_text_put(out, ", and now by ");
	put_key_texts(out, now);
	snprintf(judge->instead, sizeof judge->instead, "key it so again, or ");
}

static void
judge_table(struct judge *judge, const struct wr_kept_table *now)
{
	const struct wr_kept_table *last = find_table(judge->last, now->name);
	struct wr_text keys = {0};
	bool same;

	if (last == NULL) {
		if (!is_of_timers(now))
			say(&judge->changes, "table \"%s\" is new and starts empty", now->name);
		return;
	}
	same = last->n_keys == now->n_keys && ((last->flags ^ now->flags) & WEIR_BY_KEY) == 0;
	for (uint32_t i = 0; same && i < now->n_keys; i++)
		same = last->key_types[i] == now->key_types[i];
	if (same) {
		judge_key_texts(judge, last, now);
		judge_slots(judge, last, now);
		return;
	}
	if (is_of_timers(now)) {
		if (judge->refusal.len == 0)
			say(&judge->refusal, "its timers were set under keys of other types");
		return;
	}
	wr_manifest_put_types(&keys, last->key_types, last->n_keys);
	wr_text_printf(&keys, " in the order of %s, and now by ", wr_manifest_order(last->flags));
	wr_manifest_put_types(&keys, now->key_types, now->n_keys);
	say(&judge->refusal, "its table \"%s\" was keyed by %s in the order of %s", now->name,
		keys.p, wr_manifest_order(now->flags));
	wr_text_fini(&keys);
}

static void
judge_op(struct judge *judge)
{
	const struct wr_kept_op *last = judge->last, *now = judge->now;

	if (strcmp(last->word, now->word) != 0 || last->has_position != now->has_position ||
		last->has_output != now->has_output) {
		say(&judge->refusal,
			"the state under this name is that of another operator, \"%s\"",
			last->word);
		return;
	}
	if (now->keeps_parallelism && last->parallelism != now->parallelism) {
		say(&judge->refusal, "it was dealt to %u subtasks, and is now to %u",
			last->parallelism, now->parallelism);
		snprintf(judge->instead, sizeof judge->instead, "write \"parallelism %u;\", or ",
			last->parallelism);
	}
	for (uint32_t i = 0; i < now->n_tables; i++)
		judge_table(judge, &now->tables[i]);
	for (uint32_t i = 0; i < last->n_tables; i++)
		if (find_table(now, last->tables[i].name) == NULL)
			say(&judge->changes, "table \"%s\" goes", last->tables[i].name);
	if (last->has_private && !now->has_private)
		say(&judge->refusal,
			"it has private state of version %u, and this %s cannot read any",
			last->state_version, now->word);
	else if (last->has_private && last->state_version != now->state_version)
		say(&judge->changes, "private state of version %u is read by version %u",
			last->state_version, now->state_version);
	else if (!last->has_private && now->has_private)
		say(&judge->changes, "private state is new and starts empty");
}

static char *
title_of(const struct wr_kept_op *op, struct wr_arena *arena)
{
	return wr_arena_printf(arena, "%s%s \"%s\"",
		op->has_position ? "source "
		: op->has_output ? "sink "
				 : "",
		op->word, op->name);
}

static struct wr_verdict
verdict_kept(const struct wr_kept_op *last, const struct wr_kept_op *now, struct wr_arena *arena)
{
	struct judge judge = {.last = last, .now = now};
	struct wr_verdict verdict = {.what = WR_VERDICT_KEEP, .op = now->name, .why = ""};

	judge_op(&judge);
	verdict.title = title_of(now, arena);
	if (judge.refusal.len > 0) {
		verdict.what = WR_VERDICT_REFUSED;
		verdict.why = wr_arena_printf(arena,
			"%s cannot take over its state: %s; %sgive it another name, and its old "
			"state up with \"state_drop %s;\"",
			verdict.title, judge.refusal.p, judge.instead, now->name);
	} else {
		if (judge.changes.len > 0)
			verdict.what = WR_VERDICT_CHANGED;
		if (last->parallelism != now->parallelism)
			say(&judge.changes, "dealt to %u subtasks, from %u", now->parallelism,
				last->parallelism);
		if (judge.changes.len > 0)
			verdict.why = wr_arena_dup(arena, judge.changes.p, judge.changes.len);
	}
	wr_text_fini(&judge.changes);
	wr_text_fini(&judge.refusal);
	return verdict;
}

static struct wr_verdict
verdict_gone(const struct wr_kept_op *last, const struct weir_list *dropped, struct wr_arena *arena)
{
	struct wr_verdict verdict = {.what = WR_VERDICT_REFUSED,
		.op = last->name,
		.title = title_of(last, arena),
		.why = ""};

	for (uint32_t i = 0; i < dropped->n; i++)
		if (wr_str_is(dropped->v[i], last->name))
			verdict.what = WR_VERDICT_DROPPED;
	if (!keeps_something(last))
		verdict.what = WR_VERDICT_FORGOTTEN;
	if (verdict.what == WR_VERDICT_REFUSED)
		verdict.why = wr_arena_printf(arena,
			"the last checkpoint holds the state of %s, which is not in the conf; name "
			"it so again, or give its state up with \"state_drop %s;\"",
			verdict.title, last->name);
	return verdict;
}

uint32_t
wr_verdicts(const struct wr_kept *last, const struct wr_kept *now, const struct weir_list *dropped,
	struct wr_arena *arena, struct wr_verdict **list)
{
	uint32_t n = 0, max = now->n_ops + (last == NULL ? 0 : last->n_ops) + 1;

	*list = wr_arena_array(arena, struct wr_verdict, max);
	if (last != NULL && last->max_parallelism != now->max_parallelism)
		(*list)[n++] = (struct wr_verdict){.what = WR_VERDICT_REFUSED,
			.title = "",
			.why = wr_arena_printf(arena,
				"the state is divided into %u key groups, for all its life; write "
				"\"max_parallelism %u;\", or start afresh",
				last->max_parallelism, last->max_parallelism)};
	for (uint32_t i = 0; i < now->n_ops; i++) {
		const struct wr_kept_op *op = &now->ops[i], *old = find_op(last, op->name);

		if (old != NULL && keeps_something(old))
			(*list)[n++] = verdict_kept(old, op, arena);
		else if (keeps_something(op))
			(*list)[n++] = (struct wr_verdict){.what = WR_VERDICT_NEW,
				.op = op->name,
				.title = title_of(op, arena),
				.why = ""};
	}
	for (uint32_t i = 0; last != NULL && i < last->n_ops; i++)
		if (find_op(now, last->ops[i].name) == NULL)
			(*list)[n++] = verdict_gone(&last->ops[i], dropped, arena);
	return n;
}
