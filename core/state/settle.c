/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreeing with the decider at start: what it decided last is put into the base, what it was handed
 * and did not decide is dropped.  See store.h and docs/state.md.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "state/codec.h"
#include "state/store_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { TAG_MAX = 120 };

/* What a tag says. */
struct tag {
	char uuid[WR_UUID_LEN + 1];
	uint64_t epoch, journal; /* 0: it never decided */
};

static void
tag_print(const struct tag *tag, struct wr_text *text)
{
	size_t from = text->len;

	wr_text_printf(text, "weir1 %s %llu %016llx", tag->uuid, (unsigned long long)tag->epoch,
		(unsigned long long)tag->journal);
	wr_text_printf(text, " %016llx",
		(unsigned long long)XXH3_64bits(text->p + from, text->len - from));
}

void
wr_store_tag(const struct wr_store *store, uint64_t epoch, uint64_t journal, struct wr_text *text)
{
	struct tag tag = {.epoch = epoch, .journal = journal};

	memcpy(tag.uuid, store->manifest.uuid, sizeof tag.uuid);
	tag_print(&tag, text);
}

/* False: this was not written by wr_store_tag(). */
static bool
tag_read(struct weir_str text, struct tag *tag)
{
	struct wr_text again = {0};
	char copy[TAG_MAX + 1];
	unsigned long long epoch, journal;
	bool same;

	*tag = (struct tag){.epoch = 0};
	if (text.len == 0)
		return true;
	if (text.len > TAG_MAX)
		return false;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	if (sscanf(copy, "weir1 %32[0-9a-f] %llu %16llx", tag->uuid, &epoch, &journal) != 3)
		return false;
	tag->epoch = epoch;
	tag->journal = journal;
	tag_print(tag, &again);
	same = again.len == text.len && memcmp(again.p, text.p, text.len) == 0;
	wr_text_fini(&again);
	return same && epoch > 0;
}

static int
settle_behind(const struct wr_store *store, const char *decider, uint64_t epoch, const char *why,
	struct weir_err *err)
{
	return wr_err_set(err, -EUCLEAN,
		"%s has decided epoch %llu, but state directory \"%s\" is of epoch %llu and %s: it "
		"is an older copy, or has lost something; bring back the directory that was there "
		"then, or restore a savepoint of that epoch; to go on from this one, have the sink "
		"start afresh under another name: what came since is written again",
		decider, (unsigned long long)epoch, store->dir, (unsigned long long)store->decided,
		why);
}

static int
settle_forgot(
	const struct wr_store *store, const char *decider, uint64_t epoch, struct weir_err *err)
{
	char what[64] = "no epoch at all";

	if (epoch > 0)
		snprintf(what, sizeof what, "no epoch after %llu", (unsigned long long)epoch);
	return wr_err_set(err, -EUCLEAN,
		"state directory \"%s\" is of epoch %llu, but %s, which decided it, knows of %s: "
		"what it keeps was reset, lost or has expired; bring it back, or move the "
		"directory away to start afresh",
		store->dir, (unsigned long long)store->decided, decider, what);
}

/* The journal of the epoch must be the very one that was decided. */
static int
settle_journal(
	struct wr_store *store, const char *decider, const struct tag *tag, struct weir_err *err)
{
	uint64_t hash;
	int rc = wr_store_journal_hash(store, tag->epoch, &hash, err);

	if (rc == -ENOENT)
		return settle_behind(store, decider, tag->epoch, "has no journal of it", err);
	if (rc == 0 && hash != tag->journal)
		return settle_behind(
			store, decider, tag->epoch, "its journal of it is another one", err);
	return rc;
}

/* The journals up to the epoch, which the decider has decided, go into the base. */
static int
settle_forward(
	struct wr_store *store, const char *decider, const struct tag *tag, struct weir_err *err)
{
	int rc = settle_journal(store, decider, tag, err);

	if (rc < 0)
		return rc;
	wr_failpoint("settle.before_redo");
	store->decided = tag->epoch;
	rc = wr_store_redo(store, err);
	if (rc == 0)
		rc = wr_store_read_manifest(store, err);
	if (rc < 0)
		return rc;
	rc = wr_store_witness_write(store, store->decided, err);
	return rc == 0 ? wr_store_manifest_file_write(store, &store->manifest_text, err) : rc;
}

/* Of the one that was to decide what is prepared, or would have decided what comes next. */
static int
settle_with(struct wr_store *store, const char *decider, struct tag *tag, struct weir_err *err)
{
	bool same = store->prepared_by != NULL && strcmp(store->prepared_by, decider) == 0;

	/* What it decided before another one took over says nothing about what came after. */
	if (same && tag->epoch < store->prepared_since)
		tag->epoch = 0;
	if (tag->epoch > store->decided)
		return settle_forward(store, decider, tag, err);
	if (same && tag->epoch < store->decided && store->decided >= store->prepared_since)
		return settle_forgot(store, decider, tag->epoch, err);
	return 0;
}

static int
settle_foreign(const struct wr_store *store, const char *decider, const struct tag *tag,
	struct weir_err *err)
{
	return wr_err_set(err, -EUCLEAN,
		"%s has decided epoch %llu of another state than the one in \"%s\" (%s, %s): bring "
		"back that state directory, or have the sink start afresh under another name",
		decider, (unsigned long long)tag->epoch, store->dir, tag->uuid,
		store->manifest.uuid);
}

int
wr_store_settle(
	struct wr_store *store, const char *decider, struct weir_str text, struct weir_err *err)
{
	bool open = store->prepared > store->decided;
	struct tag tag;
	int rc = 0;

	if (open && (decider == NULL || strcmp(decider, store->prepared_by) != 0))
		return wr_err_set(err, -EINVAL,
			"in state directory \"%s\" epoch %llu was prepared for %s, and only that "
			"knows whether it was decided; run the pipeline with it once more",
			store->dir, (unsigned long long)store->prepared, store->prepared_by);
	if (decider == NULL)
		return 0;
	if (!tag_read(text, &tag))
		return wr_err_set(err, -EUCLEAN,
			"what %s says of its last epoch was not written by weir, or is damaged: "
			"\"%.*s\"",
			decider, (int)(text.len > TAG_MAX ? TAG_MAX : text.len), text.p);
	if (tag.epoch > 0 && strcmp(tag.uuid, store->manifest.uuid) != 0)
		return settle_foreign(store, decider, &tag, err);
	rc = settle_with(store, decider, &tag, err);
	if (rc == 0)
		rc = wr_store_drop_undecided(store, err);
	wr_failpoint("settle.done");
	if (rc == 0)
		store->decider = wr_dup(decider, strlen(decider));
	return rc;
}
