/* SPDX-License-Identifier: Apache-2.0 */
/* A sink `file`, the host it talks to, and what is left of both when the process dies. */
#ifndef PLUGINS_IO_SINK_RIG_H
#define PLUGINS_IO_SINK_RIG_H

#include <ftw.h>
#include <sys/stat.h>

#include "mock.h"

/* What the directives fill; as in the plugin. */
struct sink_conf {
	struct weir_str path;
	uint32_t append;
	uint64_t roll_size;
	int64_t roll_time;
	uint32_t compression, framing;
	uint32_t reopen, rolled;
};

enum { EPOCHS = 3, STEPS = 7, TOKENS = 16 };

/* What a host keeps: the last decided epoch and its tokens. */
struct kept {
	uint64_t epoch;
	uint32_t n;
	char token[TOKENS][512];
};

extern struct mock *mock;
extern const struct weir_operator *sink;
extern void *self;
extern char dir[64], path[128];
extern struct sink_conf conf;
extern struct kept kept, prepared;
extern int64_t event_time; /* of row() */
extern void (*before_row)(void); /* of die_everywhere(); NULL: nothing */

int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw);
void setup(void);
void die(void);
void teardown(void);
const char *in_dir(const char *name);
void put_file(const char *name, const char *text);
void get_file(const char *full, char *text, size_t cap);
void ck_file(const char *name, const char *want);
int start(void);
int recover(void);
int row(const char *text);
/* A batch of n rows, of up to 16. */
int rows(const char *const *texts, const int64_t *times, uint32_t n);
/* Keeps what it gives: see `prepared`. */
void prepare(uint64_t epoch);
void commit(void);
void expected(char *text);
void die_everywhere(const char *before, void (*look)(void));
int read_rolled(char *text, int *n_progress);

#endif
