/* SPDX-License-Identifier: Apache-2.0 */
/* Makes, looks into and restores savepoints; see savepoint.h. */
#include "host/savepoint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "host/control.h"
#include "host/state.h"
#include "state/look.h"
#include "state/manifest.h"
#include "state/savepoint.h"

enum { SAVEPOINT_FAILED = 1, SAVEPOINT_MISTAKE = 2 };

static void
print_info(const char *file, const struct wr_savepoint_info *info)
{
	printf("%s: epoch %llu%s, %llu entries, %llu bytes\n", file,
		(unsigned long long)info->epoch, info->finished ? ", its end" : "",
		(unsigned long long)info->entries, (unsigned long long)info->bytes);
}

/* Of a pipeline that does not run. */
static int
create_here(const char *dir, const char *file, struct weir_err *err)
{
	struct wr_savepoint_info info;
	struct wr_savepoint *savepoint;
	struct wr_store *store;
	int rc = wr_look_open(&store, dir, err);

	if (rc < 0)
		return rc;
	savepoint = wr_savepoint_take(store, err);
	rc = savepoint == NULL ? err->code : wr_savepoint_write(savepoint, file, NULL, &info, err);
	wr_savepoint_free(savepoint);
	if (rc == 0)
		print_info(file, &info);
	wr_store_close(store);
	return rc;
}

/* The other process has another working directory. */
static int
put_absolute(struct wr_text *out, const char *file, struct weir_err *err)
{
	char cwd[PATH_MAX];

	if (strchr(file, '\n') != NULL)
		return wr_err_set(err, -EINVAL, "a file's name must be one line");
	if (file[0] != '/' && getcwd(cwd, sizeof cwd) == NULL)
		return wr_err_set(err, -EINVAL, "getcwd() failed: %s", strerror(errno));
	wr_text_printf(out, "%s%s%s", file[0] != '/' ? cwd : "", file[0] != '/' ? "/" : "", file);
	return 0;
}

static int
create(const char *dir, const char *file, struct weir_err *err)
{
	struct wr_savepoint_info info = {0};
	struct wr_text question = {0}, answer = {0};
	unsigned long long epoch, entries, bytes;
	int rc;

	wr_text_put(&question, "savepoint ");
	rc = put_absolute(&question, file, err);
	if (rc == 0)
		rc = wr_control_ask(dir, question.p, &answer, err);
	if (rc == -ENOENT) {
		*err = (struct weir_err){0};
		rc = create_here(dir, file, err);
	} else if (rc == 0 &&
		   sscanf(answer.p, "ok %llu %llu %llu", &epoch, &entries, &bytes) == 3) {
		info.epoch = epoch;
		info.entries = entries;
		info.bytes = bytes;
		print_info(file, &info);
	} else if (rc == 0) {
		rc = wr_err_set(
			err, -EIO, "%s", answer.p + (strncmp(answer.p, "error ", 6) == 0 ? 6 : 0));
	}
	wr_text_fini(&question);
	wr_text_fini(&answer);
	return rc;
}

static int
inspect(const char *file, const char *none, struct weir_err *err)
{
	struct wr_savepoint_info info;
	struct wr_text text = {0}, list = {0};
	struct wr_manifest manifest = {0};
	int rc = wr_savepoint_restore(file, NULL, &info, &text, err);

	(void)none;
	if (rc == 0)
		rc = wr_manifest_parse(&manifest, text.p, text.len, err);
	if (rc == 0) {
		print_info(file, &info);
		wr_state_list(&manifest.kept, &list);
		printf("pipeline \"%s\", %s, %u key groups\n%s", manifest.pipeline, info.uuid,
			manifest.max_parallelism, list.p == NULL ? "" : list.p);
		wr_manifest_fini(&manifest);
	}
	wr_text_fini(&text);
	wr_text_fini(&list);
	return rc;
}

static int
restore(const char *file, const char *dir, struct weir_err *err)
{
	struct wr_savepoint_info info;
	int rc = wr_savepoint_restore(file, dir, &info, NULL, err);

	if (rc == 0)
		print_info(dir, &info);
	return rc;
}

static const struct savepoint_verb {
	const char *name;
	uint32_t words; /* with itself */
	const char *usage;
	int (*run)(const char *first, const char *second, struct weir_err *err);
} verbs[] = {
	{"create", 3, "DIR FILE", create},
	{"inspect", 2, "FILE", inspect},
	{"restore", 3, "FILE DIR", restore},
};

static int
run_verb(const struct savepoint_verb *verb, const struct wr_options *options)
{
	struct weir_err err = {0};
	int rc;

	if (options->n_words != verb->words) {
		fprintf(stderr, "weir: usage: weir savepoint %s %s\n", verb->name, verb->usage);
		return SAVEPOINT_MISTAKE;
	}
	rc = verb->run(options->words[1], options->words[2], &err);
	if (rc < 0)
		fprintf(stderr, "weir: %s\n", err.text);
	return rc < 0 ? SAVEPOINT_FAILED : 0;
}

int
wr_savepoint_command(const struct wr_options *options)
{
	const char *word = options->n_words > 0 ? options->words[0] : NULL;

	for (size_t i = 0; word != NULL && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return run_verb(&verbs[i], options);
	if (word == NULL)
		fprintf(stderr, "weir: savepoint needs one of: create, inspect, restore\n");
	else
		fprintf(stderr,
			"weir: \"savepoint %s\" is unknown; choose one of: create, inspect, "
			"restore\n",
			word);
	return SAVEPOINT_MISTAKE;
}
