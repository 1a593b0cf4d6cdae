/* SPDX-License-Identifier: Apache-2.0 */
/* The `weir` program: finds out what is asked of it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>
#include <xxhash.h>

#include "host/again.h"
#include "host/help.h"
#include "host/options.h"
#include "host/run.h"
#include "host/savepoint.h"
#include "host/settings.h"
#include "host/state.h"
#include "host/test.h"

static int main_self(const struct wr_options *options);
static int main_unknown(const char *word);

/* Found by its first word; the first one, without a name, is weir itself. */
static const struct wr_command main_commands[] = {
	{"", "[-?hvVtTq] [-c FILE] [-p PREFIX] [-g DIRECTIVES] [--json] [FILE]", NULL,
		WR_COMMAND_SELF, 1, 1, main_self},
	{"run", "run [-q] [-g DIRECTIVES] [--pipeline NAME] [--summary json] FILE",
		"run a pipeline in the foreground until its input ends", WR_COMMAND_RUN, 1,
		WR_RUN_MISTAKE, wr_run_command},
	{"state",
		"state ls|count|get|export|verify|diff [--ndjson] DIR [DIR | OPERATOR[.TABLE] "
		"[KEY]]",
		"look into the state of a pipeline that does not run, or into a savepoint",
		WR_COMMAND_STATE, 4, 2, wr_state_command},
	{"savepoint", "savepoint create DIR FILE | inspect FILE | restore FILE DIR",
		"a portable copy of a pipeline's state, made while it runs or not",
		WR_COMMAND_SAVEPOINT, 3, 2, wr_savepoint_command},
	{"help", "help [WORD | WORD.DIRECTIVE | functions ...]", "what can be written in a conf",
		WR_COMMAND_HELP, WR_OPTIONS_WORDS, 1, wr_help_command},
};

enum { COMMANDS = sizeof main_commands / sizeof main_commands[0] };

static void
main_usage(FILE *file)
{
	struct wr_text text = {0};
	uint32_t i;

	wr_text_put(&text, "weir version: weir/" WEIR_VERSION "\n");
	for (i = 0; i < COMMANDS; i++)
		wr_text_printf(&text, "%s weir %s\n", i == 0 ? "Usage:" : "      ",
			main_commands[i].synopsis);
	for (i = 0; i < COMMANDS; i++) {
		if (i == 0)
			wr_text_put(&text, "\nOptions:\n");
		else
			wr_text_printf(&text, "\nweir %s: %s\n", main_commands[i].name,
				main_commands[i].summary);
		wr_options_list(main_commands[i].bit, &text);
	}
	fprintf(file, "%s", text.p);
	wr_text_fini(&text);
}

static void
main_build(void)
{
	struct wr_arena arena = {0};

	fprintf(stderr,
		"built by " WEIR_COMPILER "\n"
		"built with libuv %s, jansson %s, xxHash %u.%u.%u\n"
		"plugin ABI %d.%d\n"
		"plugins: %s\n"
		"configure arguments: " WEIR_CONFIGURE "\n",
		uv_version_string(), JANSSON_VERSION, XXH_VERSION_MAJOR, XXH_VERSION_MINOR,
		XXH_VERSION_RELEASE, WEIR_ABI_MAJOR, WEIR_ABI_MINOR,
		wr_settings_plugin_dirs(&arena).modules);
	wr_arena_fini(&arena);
}

static int
main_self(const struct wr_options *options)
{
	if (options->version || options->build)
		fprintf(stderr, "weir version: weir/" WEIR_VERSION "\n");
	if (options->build)
		main_build();
	if (options->test || options->dump)
		return wr_test(options);
	if (options->n_words > 0)
		return main_unknown(options->words[0]);
	if (options->version || options->build)
		return 0;
	main_usage(stderr);
	return 1;
}

static const struct wr_command *
main_command(const char *word)
{
	uint32_t i;

	for (i = 1; word != NULL && i < COMMANDS; i++)
		if (strcmp(main_commands[i].name, word) == 0)
			return &main_commands[i];
	return &main_commands[0];
}

/* A first word that is no option and no command. */
static int
main_unknown(const char *word)
{
	const char *names[COMMANDS], *meant;
	uint32_t i;

	for (i = 1; i < COMMANDS; i++)
		names[i - 1] = main_commands[i].name;
	meant = wr_did_you_mean(wr_str(word), names, COMMANDS - 1);
	if (wr_options_has_word(WR_COMMAND_SELF, word))
		fprintf(stderr, "weir: invalid option: \"%s\"; did you mean \"--%s\"?\n", word,
			word);
	else if (meant != NULL)
		fprintf(stderr, "weir: invalid option: \"%s\"; did you mean \"%s\"?\n", word,
			meant);
	else
		fprintf(stderr, "weir: invalid option: \"%s\"; %s\n", word,
			access(word, F_OK) == 0
				? "to run that file: weir run FILE, to test it: weir -t FILE"
				: "weir -h shows what there is");
	return 1;
}

/*
 * `weir kafka ...` is the program weir-kafka, beside this one or in PATH: so plugins bring commands
 * of which this program knows nothing.  Comes back if there is none.
 */
static void
main_beside(char **argv)
{
	char path[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	char name[64];

	if (strspn(argv[1], "abcdefghijklmnopqrstuvwxyz") != strlen(argv[1]) ||
		snprintf(name, sizeof name, "weir-%s", argv[1]) >= (int)sizeof name)
		return;
	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL && slash + 1 + sizeof name < path + sizeof path) {
		memcpy(slash + 1, name, strlen(name) + 1);
		execv(path, argv + 1);
	}
	execvp(name, argv + 1);
}

/* What is opened later never stands in for a standard one that is closed: that goes on failing. */
static void
main_hold_standard(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", modes[fd]);
}

/* The exit code, unless what was printed did not arrive. */
static int
main_printed(int exit_code)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || exit_code != 0)
		return exit_code;
	fprintf(stderr, "weir: cannot write: %s\n", strerror(errno));
	return 1;
}

int
main(int argc, char **argv)
{
	const struct wr_command *command = main_command(argc > 1 ? argv[1] : NULL);
	struct wr_options options = {0};
	struct weir_err err = {0};
	int cwd;

	if (argc < 1)
		return 1;
	main_hold_standard();
	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (argc > 1 && command->name[0] == '\0' && argv[1][0] != '-') {
		main_beside(argv);
		return main_unknown(argv[1]);
	}
	if (wr_options_parse(&options, command, argv + (command->name[0] != '\0' ? 2 : 1), &err) <
		0) {
		fprintf(stderr, "weir: %s\n", err.text);
		return command->mistake;
	}
	if (options.help) {
		main_usage(stdout);
		return main_printed(0);
	}
	return wr_again(argv, cwd, main_printed(command->run(&options)));
}
