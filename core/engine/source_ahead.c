/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ahead; see source_ahead.h. */
#include "engine/source_ahead.h"

#include "base/err.h"
#include "engine/loop.h"
#include "engine/run_private.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
	OFFERS = 64, /* a power of two */
	FEW = 64, /* records that are decoded sooner than handed over */
	TURNS_EACH = 2, /* of reading ahead, for each thread that decodes */
};

struct saying {
	struct saying *next;
	struct wr_said said;
	char bytes[]; /* of its texts */
};

struct turn {
	struct turn *next;
	struct saying *first, **end;
	int rc;
	int64_t ingest_time;
	uint64_t ns; /* in poll() */
	uint64_t bytes; /* of records */
};

struct wr_ahead {
	struct wr_inst *inst;
	uint32_t loop, n_loops, threads;
	struct turn *first, **end; /* not settled, oldest first */
	struct turn *open; /* the last of them, while poll() runs */
	uint32_t n_turns;
	uint64_t bytes; /* of their records */
	bool plain; /* they are records and positions alone, and more may be read */
	struct wr_inst **helper; /* threads: who decodes so many loops behind; the first is none */
	/* Invariant: taken <= offered <= taken + OFFERS; between the two nobody has begun. */
	_Atomic uint64_t offered, taken;
	_Atomic(struct wr_decoding *) offer[OFFERS];
};

int
wr_ahead_open(struct wr_inst *inst)
{
	const struct wr_op *op = inst->op;
	struct wr_ahead *ahead;
	int rc = 0;

	if (op->decode_threads < 2)
		return 0;
	ahead = inst->source->ahead = wr_zalloc(sizeof *ahead);
	ahead->inst = inst;
	ahead->loop = wr_loop_number(inst->task->loop);
	ahead->n_loops = wr_run_pipeline(inst->task->run)->threads;
	ahead->threads = op->decode_threads;
	ahead->end = &ahead->first;
	ahead->plain = true;
	ahead->helper = wr_zalloc(ahead->threads * sizeof(struct wr_inst *));
	for (uint32_t i = 1; i < ahead->threads && rc >= 0; i++) {
		ahead->helper[i] = wr_inst_new(op, inst->task, inst->pub.subtask);
		rc = wr_inst_open_format(ahead->helper[i]);
		if (rc < 0)
			inst->frame->err = ahead->helper[i]->frame->err;
	}
	return rc;
}

static void
turn_free(struct turn *turn)
{
	for (struct saying *s = turn->first, *next; s != NULL; s = next) {
		struct weir_out *out = s->said.decoding != NULL ? s->said.decoding->out : NULL;

		next = s->next;
		if (out != NULL) {
			wr_batch_unref(out->batch);
			free(out);
		}
		free(s);
	}
	free(turn);
}

void
wr_ahead_free(struct wr_ahead *ahead)
{
	if (ahead == NULL)
		return;
	for (struct turn *turn = ahead->first, *next; turn != NULL; turn = next) {
		next = turn->next;
		turn_free(turn);
	}
	for (uint32_t i = 1; i < ahead->threads; i++)
		wr_inst_free(ahead->helper[i]);
	free(ahead->helper);
	free(ahead);
}

void
wr_ahead_begin(struct wr_ahead *ahead)
{
	struct turn *turn = wr_zalloc(sizeof *turn);

	turn->end = &turn->first;
	turn->ingest_time = ahead->inst->ingest_time;
	turn->ns = uv_hrtime();
	*ahead->end = ahead->open = turn;
	ahead->end = &turn->next;
	ahead->n_turns++;
}

void
wr_ahead_returned(struct wr_ahead *ahead, int rc)
{
	ahead->open->ns = uv_hrtime() - ahead->open->ns;
	ahead->open->rc = rc;
	ahead->plain &= rc == WEIR_OK || rc == WEIR_MORE;
	ahead->open = NULL;
}

bool
wr_ahead_is_open(const struct wr_ahead *ahead)
{
	return ahead != NULL && ahead->open != NULL;
}

bool
wr_ahead_is_empty(const struct wr_ahead *ahead)
{
	return ahead == NULL || ahead->first == NULL;
}

bool
wr_ahead_has_room(const struct wr_ahead *ahead)
{
	return ahead->plain && ahead->n_turns < TURNS_EACH * ahead->threads &&
	       ahead->bytes < ahead->inst->op->buffer_bytes;
}

/* How many loops it is behind the source's own; so many less one decode for it too. */
static uint32_t
behind(const struct wr_ahead *ahead, uint32_t loop)
{
	return loop >= ahead->loop ? loop - ahead->loop : loop + ahead->n_loops - ahead->loop;
}

bool
wr_ahead_is_offered(const struct wr_ahead *ahead, uint32_t loop)
{
	return atomic_load_explicit(&ahead->taken, memory_order_relaxed) <
		       atomic_load_explicit(&ahead->offered, memory_order_relaxed) &&
	       behind(ahead, loop) < ahead->threads;
}

/* The oldest on offer; NULL: none. */
static struct wr_decoding *
take(struct wr_ahead *ahead)
{
	uint64_t i = atomic_load_explicit(&ahead->taken, memory_order_relaxed);

	while (i < atomic_load_explicit(&ahead->offered, memory_order_acquire)) {
		struct wr_decoding *decoding =
			atomic_load_explicit(&ahead->offer[i % OFFERS], memory_order_relaxed);

		if (atomic_compare_exchange_weak(&ahead->taken, &i, i + 1))
			return decoding;
	}
	return NULL;
}

/* False: there is no room. */
static bool
offer(struct wr_ahead *ahead, struct wr_decoding *decoding)
{
	uint64_t i = atomic_load_explicit(&ahead->offered, memory_order_relaxed);

	if (i - atomic_load_explicit(&ahead->taken, memory_order_acquire) == OFFERS)
		return false;
	atomic_store_explicit(&ahead->offer[i % OFFERS], decoding, memory_order_relaxed);
	atomic_store_explicit(&ahead->offered, i + 1, memory_order_release);
	wr_run_call_help(ahead->inst->task->run, ahead->loop, ahead->threads);
	return true;
}

static void
decode(struct wr_inst *by, struct wr_decoding *decoding)
{
	uint64_t begin = uv_hrtime();

	wr_arena_reset(&by->frame->scratch);
	wr_source_decode(by, decoding);
	decoding->ns = uv_hrtime() - begin;
	atomic_store_explicit(&decoding->done, true, memory_order_release);
}

bool
wr_ahead_decode(struct wr_ahead *ahead)
{
	struct wr_decoding *decoding = take(ahead);

	if (decoding == NULL)
		return false;
	decode(ahead->inst, decoding);
	return true;
}

bool
wr_ahead_help(struct wr_ahead *ahead, uint32_t loop)
{
	uint32_t i = behind(ahead, loop);
	struct wr_task *task = ahead->inst->task;
	struct wr_decoding *decoding = i < ahead->threads ? take(ahead) : NULL;

	if (decoding == NULL)
		return false;
	/* Once it is done the source may be rid of it. */
	decode(i > 0 ? ahead->helper[i] : ahead->inst, decoding);
	wr_task_schedule(task);
	return true;
}

void
wr_ahead_say(struct wr_ahead *ahead, const struct wr_said *said)
{
	size_t n_why = said->why != NULL ? strlen(said->why) + 1 : 0;
	struct saying *s = wr_alloc(sizeof *s + said->text.len + n_why);

	*s = (struct saying){.said = *said};
	if (said->text.len > 0)
		s->said.text.p = memcpy(s->bytes, said->text.p, said->text.len);
	if (said->why != NULL)
		s->said.why = memcpy(s->bytes + said->text.len, said->why, n_why);
	*ahead->open->end = s;
	ahead->open->end = &s->next;
	ahead->plain &= said->what == WR_SAYS_RECORDS || said->what == WR_SAYS_POSITION;
	if (said->what != WR_SAYS_RECORDS)
		return;
	ahead->open->bytes += said->decoding->out->batch->bytes;
	ahead->bytes += said->decoding->out->batch->bytes;
	ahead->inst->frame->outs = NULL; /* it comes back when the turn is settled */
	ahead->inst->frame->outs_end = &ahead->inst->frame->outs;
	if (said->decoding->raw.n < FEW || said->decoding->raw.headers != NULL ||
		!offer(ahead, said->decoding)) {
		wr_source_decode(ahead->inst, said->decoding);
		atomic_store(&said->decoding->done, true);
	}
}

static bool
is_decoded(const struct turn *turn)
{
	for (const struct saying *s = turn->first; s != NULL; s = s->next)
		if (s->said.decoding != NULL &&
			!atomic_load_explicit(&s->said.decoding->done, memory_order_acquire))
			return false;
	return true;
}

static void
say(struct wr_inst *inst, const struct wr_said *said)
{
	struct weir_task *task = &inst->pub;

	switch (said->what) {
	case WR_SAYS_RECORDS:
		*inst->frame->outs_end = said->decoding->out;
		inst->frame->outs_end = &said->decoding->out->next;
		wr_count(&inst->counts.busy_ns, said->decoding->ns);
		wr_source_decoded(inst, said->decoding);
		break;
	case WR_SAYS_POSITION:
		wr_source_position(task, said->part, said->text);
		break;
	case WR_SAYS_IDLE:
		wr_source_idle(task, said->part);
		break;
	case WR_SAYS_FINISHED:
		wr_source_finished(task, said->part);
		break;
	default:
		wr_source_refuse(task, said->part, said->text, said->offset, said->why);
	}
}

bool
wr_ahead_settle(struct wr_ahead *ahead, int *rc)
{
	struct wr_inst *inst = ahead->inst;
	struct turn *turn = ahead->first;

	if (turn == NULL || !is_decoded(turn))
		return false;
	ahead->first = turn->next;
	if (ahead->first == NULL)
		ahead->end = &ahead->first;
	ahead->n_turns--;
	ahead->bytes -= turn->bytes;
	ahead->plain |= ahead->first == NULL;
	inst->ingest_time = turn->ingest_time;
	wr_inst_enter(inst);
	wr_count(&inst->counts.busy_ns, turn->ns);
	for (struct saying *s = turn->first; s != NULL; s = s->next) {
		say(inst, &s->said);
		s->said.decoding = NULL; /* its out is the instance's again */
	}
	*rc = wr_inst_returned(inst, turn->rc);
	turn_free(turn);
	return true;
}
