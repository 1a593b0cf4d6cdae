/* SPDX-License-Identifier: Apache-2.0 */
/* See sink_rig.h. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../plugins/bytes/input.h"
#include "sink_rig.h"

struct mock *mock;
const struct weir_operator *sink;
void *self;
char dir[64], path[128];
struct sink_conf conf;
static struct sink_conf planned; /* whose path may be the plan's */
struct kept kept, prepared;
int64_t event_time;
void (*before_row)(void);

static int
encode_strings(void *format_self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	uint32_t i;

	(void)format_self;
	for (i = 0; i < (batch->sel != NULL ? batch->n_sel : batch->n_rows); i++) {
		struct weir_str str =
			weir_str_at(batch->cols[0], batch->sel != NULL ? batch->sel[i] : i);

		task->host->item(items, str.p, str.len);
	}
	return WEIR_OK;
}

static const struct weir_format strings = {.size = sizeof strings, .encode = encode_strings};

void
setup(void)
{
	/* Thousands of files are synced: in memory, where there is a place for it. */
	strcpy(dir, "/dev/shm/weir-test-sink-XXXXXX");
	if (mkdtemp(dir) == NULL) {
		strcpy(dir, "/tmp/weir-test-sink-XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(dir));
	}
	snprintf(path, sizeof path, "%s/out.txt", dir);
	conf = (struct sink_conf){.path = {.p = path, .len = (uint32_t)strlen(path)}};
	kept = (struct kept){0};
	self = NULL;
	mock = NULL;
	event_time = 0;
	before_row = NULL;
}

int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

/* The process is gone; what it had written stays. */
void
die(void)
{
	if (self != NULL)
		sink->close(self);
	if (mock != NULL)
		mock_free(mock);
	self = NULL;
	mock = NULL;
}

void
teardown(void)
{
	die();
	ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *
in_dir(const char *name)
{
	static char full[160];

	snprintf(full, sizeof full, "%s/%s", dir, name);
	return full;
}

void
put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

void
get_file(const char *full, char *text, size_t cap)
{
	struct input input = {0};
	int fd = open(full, O_RDONLY);
	size_t n = 0;
	ssize_t got;

	ck_assert_msg(fd >= 0, "%s is not there", full);
	ck_assert_int_eq(input_start(&input, fd, CODEC_AUTO, 0), 0);
	while ((got = input_read(&input, text + n, cap - 1 - n)) > 0)
		n += (size_t)got;
	ck_assert_int_eq(got, 0);
	ck_assert_msg(!input_is_inside(&input), "%s is cut short", full);
	text[n] = '\0';
	input_fini(&input);
	close(fd);
}

void
ck_file(const char *name, const char *want)
{
	char text[4096];

	get_file(in_dir(name), text, sizeof text);
	ck_assert_str_eq(text, want);
}

int
start(void)
{
	mock = mock_new();
	sink = mock_operator(1);
	mock->format = &strings;
	planned = conf;
	ck_assert_int_eq(sink->plan(&planned, &mock->plan, mock->task.host), WEIR_OK);
	return sink->open(&planned, &mock->task, &self);
}

/* A worker starts: what was decided is committed again, the rest undone. */
int
recover(void)
{
	struct weir_str tokens[TOKENS];
	uint32_t i;
	int rc = start();

	for (i = 0; i < kept.n; i++)
		tokens[i] = (struct weir_str){
			.p = kept.token[i], .len = (uint32_t)strlen(kept.token[i])};
	if (rc == 0 && kept.n > 0)
		rc = sink->sink->commit(self, &mock->task, kept.epoch, tokens, kept.n);
	if (rc == 0)
		rc = sink->sink->abort_after(self, &mock->task, kept.epoch);
	return rc;
}

int
rows(const char *const *texts, const int64_t *times, uint32_t n)
{
	struct weir_view view[16] = {0};
	const struct weir_column column = {
		.size = sizeof column, .type = WEIR_STRING, .values = view};
	const struct weir_column *const columns[1] = {&column};
	const struct weir_batch batch = {.size = sizeof batch,
		.n_rows = n,
		.n_cols = 1,
		.cols = columns,
		.event_time = times};
	uint32_t i;

	for (i = 0; i < n; i++) {
		view[i].len = (uint32_t)strlen(texts[i]);
		ck_assert_uint_le(view[i].len, 12);
		memcpy(view[i].head, texts[i], view[i].len);
	}
	return sink->process(self, &mock->task, 0, &batch);
}

int
row(const char *text)
{
	return rows(&text, &event_time, 1);
}

void
prepare(uint64_t epoch)
{
	uint32_t i;

	mock->items.n = 0;
	mock->items.text.len = 0;
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, epoch), 0);
	ck_assert_int_eq(sink->sink->prepare(self, &mock->task, epoch, &mock->items), 0);
	prepared = (struct kept){.epoch = epoch, .n = mock->items.n};
	for (i = 0; i < mock->items.n; i++) {
		struct weir_str item = mock_item(mock, i);

		snprintf(
			prepared.token[i], sizeof prepared.token[i], "%.*s", (int)item.len, item.p);
	}
}

void
commit(void)
{
	struct weir_str tokens[TOKENS];
	uint32_t i;

	for (i = 0; i < kept.n; i++)
		tokens[i] = (struct weir_str){
			.p = kept.token[i], .len = (uint32_t)strlen(kept.token[i])};
	ck_assert_int_eq(sink->sink->commit(self, &mock->task, kept.epoch, tokens, kept.n), 0);
}

/* An epoch of three rows, up to a step.  True: it died there. */
static int
epoch_until(uint64_t epoch, int step)
{
	char text[16];
	int i;

	for (i = 0; i < 3; i++) {
		if (step == i)
			return 1;
		snprintf(text, sizeof text, "%d.%d", (int)epoch, i);
		if (before_row != NULL)
			before_row();
		ck_assert_int_eq(row(text), 0);
	}
	if (step == 3)
		return 1;
	if (epoch == EPOCHS)
		sink->on_watermark(self, &mock->task, INT64_MAX);
	prepare(epoch);
	if (step == 4)
		return 1;
	kept = prepared;
	if (step == 5)
		return 1;
	commit();
	return step == 6;
}

/* Runs all epochs; dies at two steps, counted from where each life begins. */
static void
run_and_die(int first, int second)
{
	int deaths[] = {first, second, -1}, life = 0, at;

	for (;;) {
		uint64_t epoch;

		ck_assert_int_eq(recover(), 0);
		at = deaths[life++];
		for (epoch = kept.epoch + 1; epoch <= EPOCHS; epoch++, at -= STEPS)
			if (epoch_until(epoch, at))
				break;
		if (epoch > EPOCHS)
			break;
		die();
	}
	die();
}

void
expected(char *text)
{
	int epoch, i;

	for (epoch = 1; epoch <= EPOCHS; epoch++)
		for (i = 0; i < 3; i++)
			text += sprintf(text, "%d.%d\n", epoch, i);
}

void
die_everywhere(const char *before, void (*look)(void))
{
	int first, second;

	for (first = 0; first < EPOCHS * STEPS; first++)
		for (second = -1; second < STEPS; second++) {
			if (before != NULL)
				put_file("out.txt", before);
			kept = (struct kept){0};
			run_and_die(first, second);
			look();
			ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
			ck_assert_int_eq(mkdir(dir, 0700), 0);
		}
}

/* All rolled files, in the order of their names. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
read_rolled(char *text, int *n_progress)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, by_name), i, files = 0;

	*text = '\0';
	*n_progress = 0;
	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (strstr(name, ".inprogress") != NULL) {
			++*n_progress;
		} else if (strncmp(name, "out-", 4) == 0) {
			get_file(in_dir(name), text + strlen(text), 1024);
			files++;
		}
		free(list[i]);
	}
	free(list);
	return files;
}
