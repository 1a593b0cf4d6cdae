/* SPDX-License-Identifier: Apache-2.0 */
/* What bind.c and bind_value.c share: one binding on its way.  One thread. */
#ifndef WR_CONF_BIND_INNER_H
#define WR_CONF_BIND_INNER_H

#include "conf/bind.h"

struct wr_given {
	struct wr_given *next;
	const struct wr_dir *dir;
};

/* One directive: the consecutive rows of one name. */
struct wr_spec {
	const char *name;
	const struct wr_table_of *table;
	uint32_t first_row, n_rows;
	uint32_t flags; /* of the first row; REPEATS and SECRET of any */
	struct wr_given *given, *last; /* where it was written, in order */
	uint32_t n_given;
	bool swallowed; /* stands behind one that lacks its `;` */
};

struct wr_bind {
	const struct wr_dir *block;
	const char *const *blocks;
	const char *what;
	struct wr_arena *arena;
	struct wr_diag *diag;
	struct wr_spec *specs; /* while it is bound */
	uint32_t n_specs;
};

/* Fills the fields of one directive from where it was given, or from its defaults (bind_value.c).
 */
void wr_bind_fill(struct wr_bind *bind, struct wr_spec *spec);
/* Reports that a directive goes on into the next line's, if it does (bind.c). */
bool wr_bind_unterminated(struct wr_bind *bind, const struct wr_dir *dir);

#endif
