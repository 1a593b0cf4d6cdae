/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a source keeps of its partitions: name, position, newest event time, watermark.  Positions
 * travel with the data: at the barrier they cover exactly the rows sent before it.
 */
#include "engine/source_private.h"

#include "base/err.h"
#include "base/text.h"

#include <string.h>

static void
put_text(struct wr_text *out, const char *p, uint32_t len)
{
	wr_text_add(out, (const char *)&len, sizeof len);
	wr_text_add(out, p, len);
}

/* Each: name, position (both behind their length), newest, watermark; little-endian. */
static void
put_partition(struct wr_text *out, struct weir_str name, struct weir_str position, int64_t newest,
	int64_t watermark)
{
	put_text(out, name.p, name.len);
	put_text(out, position.p, position.len);
	wr_text_add(out, (const char *)&newest, sizeof newest);
	wr_text_add(out, (const char *)&watermark, sizeof watermark);
}

static bool
is_announced(const struct wr_source *source, struct weir_str name)
{
	for (uint32_t i = 0; i < source->n_parts; i++) {
		if (wr_str_eq(name, wr_str(source->parts[i].name)))
			return true;
	}
	return false;
}

void
wr_source_capture(const struct wr_source *source, struct wr_text *out)
{
	for (uint32_t i = 0; i < source->n_parts; i++) {
		const struct wr_partition *part = &source->parts[i];

		if (part->position != NULL)
			put_partition(out, wr_str(part->name),
				(struct weir_str){.p = part->position, .len = part->position_len},
				part->newest, part->watermark);
	}
	/* One that is not there just now may come again; subtask 0 remembers it. */
	for (uint32_t i = 0; source->inst->pub.subtask == 0 && i < source->n_saved; i++) {
		const struct wr_saved *saved = &source->saved[i];

		if (!saved->taken && !is_announced(source, saved->name))
			put_partition(
				out, saved->name, saved->position, saved->newest, saved->watermark);
	}
}

static bool
take(struct weir_str *bytes, void *to, uint32_t n)
{
	if (bytes->len < n)
		return false;
	memcpy(to, bytes->p, n);
	bytes->p += n;
	bytes->len -= n;
	return true;
}

static bool
take_text(struct weir_str *bytes, struct weir_str *to)
{
	uint32_t len;

	if (!take(bytes, &len, sizeof len) || bytes->len < len)
		return false;
	*to = (struct weir_str){.p = bytes->p, .len = len};
	bytes->p += len;
	bytes->len -= len;
	return true;
}

bool
wr_source_take_saved(struct weir_str *bytes, struct wr_saved *saved)
{
	*saved = (struct wr_saved){.taken = false};
	return take_text(bytes, &saved->name) && take_text(bytes, &saved->position) &&
	       take(bytes, &saved->newest, sizeof saved->newest) &&
	       take(bytes, &saved->watermark, sizeof saved->watermark);
}

int
wr_source_restore(struct wr_source *source, struct weir_str bytes, struct weir_err *err)
{
	struct wr_arena *arena = &source->saved_arena;

	source->watermark = source->inst->pub.watermark;
	while (bytes.len > 0) {
		struct wr_saved saved;

		if (!wr_source_take_saved(&bytes, &saved))
			return wr_err_set(err, -EUCLEAN, "kept positions are cut short");
		saved.name.p = wr_arena_dup(arena, saved.name.p, saved.name.len);
		saved.position.p = wr_arena_dup(arena, saved.position.p, saved.position.len);
		if (source->n_saved == source->cap_saved) {
			uint32_t cap = source->cap_saved > 0 ? source->cap_saved * 2 : 16;
			struct wr_saved *grown = wr_arena_array(arena, struct wr_saved, cap);

			if (source->n_saved > 0)
				memcpy(grown, source->saved, source->n_saved * sizeof *grown);
			source->saved = grown;
			source->cap_saved = cap;
		}
		source->saved[source->n_saved++] = saved;
	}
	return 0;
}

struct wr_saved *
wr_source_saved(const struct wr_source *source, struct weir_str name)
{
	for (uint32_t i = 0; i < source->n_saved; i++) {
		if (wr_str_eq(source->saved[i].name, name))
			return &source->saved[i];
	}
	return NULL;
}
