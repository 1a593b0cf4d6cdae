/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint coordinator: what its files share. */
#ifndef WR_ENGINE_CHECKPOINT_PRIVATE_H
#define WR_ENGINE_CHECKPOINT_PRIVATE_H

#include <pthread.h>
#include <time.h>

#include "engine/checkpoint.h"
#include "engine/saving.h"
#include "state/store.h"

/* One instance's part of the epoch in flight.  The instance's while its tables are copied, then the
 * state thread's. */
struct wr_part {
	struct wr_part *next;
	struct wr_inst *inst;
	struct wr_capture capture;
	uint32_t table; /* the one that is being copied */
	struct weir_items *tokens; /* of a two-phase sink, once prepared */
};

/* memory.h */
struct wr_memory {
	uint64_t most, high, low; /* bytes of all tables; 0: no limit */
	_Atomic uint64_t used; /* as far as instances have said */
	_Atomic uint64_t hold; /* the epoch that sources wait for; 0: they do not */
	_Atomic bool told;
};

struct wr_checkpoint {
	struct wr_run *run;
	const struct wr_pipeline *pipeline;
	struct wr_store *store; /* NULL: state lives in memory */
	bool settled; /* the store is what was decided */
	uint64_t restored; /* the epoch that this run goes on from */
	struct wr_kept kept; /* what this conf keeps, for the manifest */
	struct wr_arena arena; /* of kept */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct wr_saving saving;
	bool started, quit, unclean;
	bool all_ended; /* no source has anything more to read */
	bool stopped; /* some of them were told to stop */
	uint32_t n_insts, n_captured;
	struct wr_part *prepared; /* captured, and prepared if they are sinks */
	struct wr_part *to_prepare; /* two-phase sinks at the barrier */
	_Atomic uint32_t n_sources; /* that still read */
	_Atomic uint64_t wanted, decided;
	_Atomic uint64_t
		dirty; /* bytes changed since the last epoch, as far as instances have said */
	_Atomic uint64_t applied; /* the base has it; under memory_limit each is */
	struct wr_memory memory;
	_Atomic bool final, touched;
	bool early; /* they are too many: the next epoch begins as soon as it may */
	struct timespec soonest; /* when it may: behind the pause; the state thread's */
};

/* The key groups of an instance. */
void wr_checkpoint_groups(const struct wr_checkpoint *checkpoint, const struct wr_inst *inst,
	uint32_t *lo, uint32_t *hi);

#endif
