/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conf's parser under libFuzzer: parses, binds every block against a table of all types, prints
 * the diagnostics and the dump; a dump of a good conf must be read as the same conf.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/bind.h"

struct fuzz_conf {
	uint32_t flag, mode, in, out, word_mode;
	int64_t count, time, slide;
	uint64_t size;
	struct weir_str name, where, secret;
	struct weir_list list, key, tags, sets;
};

#define AT(f) .offset = offsetof(struct fuzz_conf, f)
#define ROW(n, t, ...)                                                                             \
	{                                                                                          \
		.name = n, .type = WEIR_D_##t, __VA_ARGS__                                         \
	}

static const struct weir_directive fuzz_table[] = {
	ROW("flag", FLAG, AT(flag), .deflt = "on"),
	ROW("mode", ENUM, AT(mode), .choices = "exact approx"),
	ROW("from", INPUT, AT(in), .flags = WEIR_REPEATS),
	ROW("late_to", OUTPUT, AT(out)),
	ROW("count", INT, AT(count), .min = -5, .max = 5),
	ROW("time", DURATION, AT(time), .deflt = "5s", .min = 1000, .max = INT64_MAX),
	ROW("time", DURATION, AT(slide), .choices = "SLIDE", .min = 1000, .max = 86400000000),
	ROW("time", ENUM, AT(word_mode), .choices = "a b", .deflt = "b"),
	ROW("size", SIZE, AT(size), .deflt = "64k", .max = 1 << 20),
	ROW("name", STR, AT(name)),
	ROW("secret", STR, AT(secret), .flags = WEIR_SECRET),
	ROW("where", EXPR, AT(where)),
	ROW("list", LIST, AT(list), .deflt = "a 'b c' \"d\\n\""),
	ROW("key", EXPRS, AT(key), .flags = WEIR_REQUIRED),
	ROW("tag", STR, AT(tags), .flags = WEIR_REPEATS),
	ROW("set", EXPR, AT(sets), .flags = WEIR_REPEATS),
	{.name = NULL},
};

static void
fuzz_bind(const struct wr_dir *block, struct wr_arena *arena, struct wr_diag *diag)
{
	static const char *const blocks[] = {"pipeline", "window", NULL};
	struct fuzz_conf conf = {0};
	struct wr_table_of table = {
		.directives = fuzz_table, .stride = sizeof fuzz_table[0], .conf = &conf};
	struct wr_place place;

	wr_bind(block, &table, 1, blocks, "block \"b\"", arena, diag);
	for (uint32_t i = 0; i < conf.key.n; i++)
		wr_assert(conf.key.v[i].loc == 0 ||
			  wr_conf_place(diag->conf, conf.key.v[i].loc, &place));
	for (const struct wr_dir *dir = block->children; dir != NULL; dir = dir->next) {
		wr_assert(wr_conf_place(diag->conf, dir->name.loc, &place));
		wr_assert(wr_conf_place(diag->conf, dir->end_loc, &place));
		for (uint32_t i = 0; i < dir->text.len; i += 1 + dir->text.len / 16)
			wr_diag_warning(diag, dir->text.loc + i, "byte %u", i);
		if (dir->has_block)
			fuzz_bind(dir, arena, diag);
	}
}

/* What a good conf says must survive its dump. */
static void
fuzz_again(const struct wr_text *dump)
{
	struct wr_diag diag;
	struct wr_conf *conf;
	struct wr_text again = {0}, messages = {0};

	wr_diag_init(&diag, NULL);
	wr_conf_parse(&conf, "fuzz.conf", dump->p, dump->len, &diag);
	wr_conf_dump(conf, &again);
	wr_diag_print(&diag, &messages);
	if (diag.n > 0 || again.len != dump->len || memcmp(again.p, dump->p, dump->len) != 0) {
		fprintf(stderr, "--- dump\n%s\n--- again\n%s\n%s", dump->p, again.p, messages.p);
		abort();
	}
	wr_text_fini(&messages);
	wr_text_fini(&again);
	wr_diag_fini(&diag);
	wr_conf_free(conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wr_arena arena = {0};
	struct wr_diag diag;
	struct wr_conf *conf;
	struct wr_text out = {0}, dump = {0};
	bool good;

	setenv("A", "a \\ value; with \"quotes\" and ${B} in it", 1);
	wr_diag_init(&diag, NULL);
	wr_conf_parse(&conf, "fuzz.conf", (const char *)data, size, &diag);
	good = diag.n == 0 && wr_conf_root(conf)->children != NULL;
	if (good) {
		wr_conf_dump(conf, &dump);
		fuzz_again(&dump);
	}
	fuzz_bind(wr_conf_root(conf), &arena, &diag);
	wr_diag_print(&diag, &out);
	for (size_t i = 0; i < out.len; i++)
		wr_assert(out.p[i] == '\n' || out.p[i] == '\t' || (uint8_t)out.p[i] >= 0x20);
	wr_conf_dump(conf, &out);
	wr_text_fini(&out);
	wr_text_fini(&dump);
	wr_diag_fini(&diag);
	wr_conf_free(conf);
	wr_arena_fini(&arena);
	return 0;
}
