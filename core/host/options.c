/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the command line by one table of options, and prints that table. */
#include "host/options.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"

struct option {
	char letter, letter2;
	const char *word, *value; /* value: what it is called in the usage; NULL: a flag */
	uint32_t commands;
	size_t offset, again; /* again: of the flag that a second one sets; 0: none */
	const char *choices; /* the one value there is; NULL: any */
	const char *summary;
};

enum {
	ALL = WR_COMMAND_SELF | WR_COMMAND_RUN | WR_COMMAND_HELP | WR_COMMAND_STATE |
	      WR_COMMAND_SAVEPOINT
};

#define AT(member) offsetof(struct wr_options, member)

static const struct option option_table[] = {
	{'h', '?', "help", NULL, ALL, AT(help), 0, NULL, "this help"},
	{'v', 0, "version", NULL, WR_COMMAND_SELF, AT(version), 0, NULL, "show version and exit"},
	{'V', 0, NULL, NULL, WR_COMMAND_SELF, AT(build), 0, NULL,
		"show version and how it was built, and exit"},
	{'t', 0, NULL, NULL, WR_COMMAND_SELF, AT(test), AT(contact), NULL,
		"test configuration, show what it makes, and exit; -tt: ask brokers and the like "
		"too"},
	{'T', 0, NULL, NULL, WR_COMMAND_SELF, AT(dump), 0, NULL,
		"test configuration, dump it, and exit"},
	{'q', 0, NULL, NULL, WR_COMMAND_SELF | WR_COMMAND_RUN, AT(quiet), 0, NULL,
		"suppress what is not an error"},
	{'c', 0, NULL, "FILE", WR_COMMAND_SELF | WR_COMMAND_RUN, AT(conf), 0, NULL,
		"set configuration file"},
	{'p', 0, NULL, "PREFIX", WR_COMMAND_SELF | WR_COMMAND_RUN, AT(prefix), 0, NULL,
		"set the directory that relative names start from"},
	{'g', 0, NULL, "DIRECTIVES", WR_COMMAND_SELF | WR_COMMAND_RUN, AT(globals), 0, NULL,
		"set global directives out of configuration file"},
	{0, 0, "json", NULL, WR_COMMAND_SELF, AT(json), 0, NULL, "with -t: the result as JSON"},
	{0, 0, "pipeline", "NAME", WR_COMMAND_RUN, AT(pipeline), 0, NULL,
		"which pipeline to run, if there are several"},
	{0, 0, "summary", "json", WR_COMMAND_RUN, AT(summary), 0, "json",
		"print all counters at the end, as a line of JSON on stderr"},
	{0, 0, "markdown", NULL, WR_COMMAND_HELP, AT(markdown), 0, NULL, "the reference page"},
	{0, 0, "ndjson", NULL, WR_COMMAND_STATE, AT(ndjson), 0, NULL,
		"with export: a line of JSON an entry, which is how it is done anyway"},
	{0, 0, "vim", NULL, WR_COMMAND_HELP, AT(vim), 0, NULL, "a syntax file for vim"},
};

enum { OPTIONS = sizeof option_table / sizeof option_table[0] };

static const struct option *
option_by_letter(char letter, uint32_t command)
{
	uint32_t i;

	for (i = 0; i < OPTIONS && letter != '\0'; i++)
		if ((option_table[i].letter == letter || option_table[i].letter2 == letter) &&
			(option_table[i].commands & command) != 0)
			return &option_table[i];
	return NULL;
}

static const struct option *
option_by_word(const char *word, size_t len, uint32_t command)
{
	uint32_t i;

	for (i = 0; i < OPTIONS; i++)
		if (option_table[i].word != NULL && strlen(option_table[i].word) == len &&
			strncmp(option_table[i].word, word, len) == 0 &&
			(option_table[i].commands & command) != 0)
			return &option_table[i];
	return NULL;
}

static int
option_set(struct wr_options *options, const struct option *option, const char *value,
	struct weir_err *err)
{
	char *at = (char *)options + option->offset;
	const bool yes = true;

	if (option->value == NULL) {
		if (option->again != 0 && memcmp(at, &yes, sizeof yes) == 0)
			at = (char *)options + option->again;
		memcpy(at, &yes, sizeof yes);
		return 0;
	}
	wr_assert(value != NULL);
	if (option->choices != NULL && strcmp(option->choices, value) != 0)
		return wr_err_set(err, -EINVAL, "option \"--%s\" is \"%s\"; choose one of: %s",
			option->word, value, option->choices);
	memcpy(at, &value, sizeof value);
	return 0;
}

bool
wr_options_has_word(uint32_t bit, const char *word)
{
	return option_by_word(word, strlen(word), bit) != NULL;
}

/* Other programs have words behind one dash. */
static int
unknown_letter(uint32_t command, const char *argument, char letter, struct weir_err *err)
{
	if (wr_options_has_word(command, argument + 1))
		return wr_err_set(err, -EINVAL, "invalid option: \"%s\"; did you mean \"-%s\"?",
			argument, argument);
	return wr_err_set(err, -EINVAL, "invalid option: \"%c\"", letter);
}

/* One argument of letters; *used says how many arguments after it were taken. */
static int
parse_letters(struct wr_options *options, uint32_t command, char *const *argv, int *used,
	struct weir_err *err)
{
	const struct option *option;
	const char *p;
	int rc;

	if (argv[0][1] == '\0')
		return wr_err_set(err, -EINVAL, "invalid option: \"-\"");
	for (p = argv[0] + 1; *p != '\0'; p++) {
		option = option_by_letter(*p, command);
		if (option == NULL)
			return unknown_letter(command, argv[0], *p, err);
		if (option->value == NULL) {
			option_set(options, option, NULL, err);
			continue;
		}
		if (p[1] == '\0' && argv[1] == NULL)
			return wr_err_set(
				err, -EINVAL, "option \"-%c\" requires %s", *p, option->value);
		*used = p[1] == '\0';
		rc = option_set(options, option, *used ? argv[1] : p + 1, err);
		return rc;
	}
	return 0;
}

static int
parse_word(struct wr_options *options, uint32_t command, char *const *argv, int *used,
	struct weir_err *err)
{
	const char *word = argv[0] + 2, *value = strchr(word, '='), *names[OPTIONS], *meant;
	size_t len = value != NULL ? (size_t)(value - word) : strlen(word), n = 0;
	const struct option *option = option_by_word(word, len, command);
	uint32_t i;

	if (option == NULL) {
		for (i = 0; i < OPTIONS; i++)
			if (option_table[i].word != NULL &&
				(option_table[i].commands & command) != 0)
				names[n++] = option_table[i].word;
		meant = wr_did_you_mean(
			(struct weir_str){.p = word, .len = (uint32_t)len}, names, n);
		if (meant != NULL)
			return wr_err_set(err, -EINVAL,
				"invalid option: \"%s\"; did you mean \"--%s\"?", argv[0], meant);
		return wr_err_set(err, -EINVAL, "invalid option: \"%s\"", argv[0]);
	}
	if (option->value == NULL) {
		if (value != NULL)
			return wr_err_set(
				err, -EINVAL, "option \"--%s\" takes no value", option->word);
		return option_set(options, option, NULL, err);
	}
	if (value == NULL && argv[1] == NULL)
		return wr_err_set(
			err, -EINVAL, "option \"--%s\" requires %s", option->word, option->value);
	*used = value == NULL;
	return option_set(options, option, value != NULL ? value + 1 : argv[1], err);
}

int
wr_options_parse(struct wr_options *options, const struct wr_command *command, char *const *argv,
	struct weir_err *err)
{
	bool literal = false; /* after -- */
	int rc, used;

	for (; *argv != NULL; argv += 1 + used) {
		used = 0;
		rc = 0;
		if (!literal && strcmp(*argv, "--") == 0)
			literal = true;
		else if (!literal && strncmp(*argv, "--", 2) == 0)
			rc = parse_word(options, command->bit, argv, &used, err);
		else if (!literal && **argv == '-')
			rc = parse_letters(options, command->bit, argv, &used, err);
		else if (options->n_words == command->max_words)
			rc = wr_err_set(err, -EINVAL, "invalid option: \"%s\"", *argv);
		else
			options->words[options->n_words++] = *argv;
		if (rc < 0)
			return rc;
	}
	if (options->n_words > 0 && options->conf != NULL && command->bit != WR_COMMAND_HELP)
		return wr_err_set(err, -EINVAL, "invalid option: \"%s\"", options->words[0]);
	return 0;
}

void
wr_options_list(uint32_t bit, struct wr_text *out)
{
	const struct option *option;
	char name[48];
	uint32_t i;

	for (i = 0; i < OPTIONS; i++) {
		option = &option_table[i];
		if ((option->commands & bit) == 0)
			continue;
		if (option->letter2 != 0)
			snprintf(name, sizeof name, "-%c,-%c", option->letter2, option->letter);
		else if (option->letter != 0)
			snprintf(name, sizeof name, "-%c%s%s", option->letter,
				option->value != NULL ? " " : "",
				option->value != NULL ? option->value : "");
		else
			snprintf(name, sizeof name, "--%s%s%s", option->word,
				option->value != NULL ? " " : "",
				option->value != NULL ? option->value : "");
		wr_text_printf(out, "  %-17s: %s\n", name, option->summary);
	}
}
