/* SPDX-License-Identifier: Apache-2.0 */
/* `field NAME TYPE RULE...;`: what is to be made, from the conf's text. */
#include "generator.h"

#include "../json/json.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* A line being read. */
struct line {
	struct weir_str rest;
	struct generator_field *field;
	char *why;
	uint32_t *loc;
};

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int
generator_word(struct weir_str *text, struct weir_str *word)
{
	const char *p = text->p, *end = p + text->len, *start;

	while (p < end && is_space(*p))
		p++;
	start = p;
	if (p == end)
		return 0;
	if (*p == '\'' || *p == '"') {
		const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));

		p = close != NULL ? close + 1 : end;
		*word = (struct weir_str){.p = start + 1,
			.len = (uint32_t)((close != NULL ? close : end) - start - 1)};
	} else {
		while (p < end && !is_space(*p))
			p++;
		*word = (struct weir_str){.p = start, .len = (uint32_t)(p - start)};
	}
	word->loc = text->loc + (uint32_t)(start - text->p);
	text->loc += (uint32_t)(p - text->p);
	text->len = (uint32_t)(end - p);
	text->p = p;
	return 1;
}

static int
word_is(struct weir_str word, const char *text)
{
	return strlen(text) == word.len && memcmp(text, word.p, word.len) == 0;
}

__attribute__((format(printf, 3, 4))) static int
wrong(struct line *line, uint32_t loc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(line->why, GENERATOR_WHY, format, args);
	va_end(args);
	*line->loc = loc;
	return -1;
}

/* The next word; its absence is a mistake. */
static int
need(struct line *line, const char *what, struct weir_str *word)
{
	uint32_t loc = line->rest.loc + line->rest.len;

	*word = (struct weir_str){0};
	if (generator_word(&line->rest, word))
		return 0;
	return wrong(line, loc > 0 ? loc - 1 : 0, "field \"%.*s\" lacks %s",
		(int)line->field->name.len, line->field->name.p, what);
}

static int
word_int(struct weir_str word, int64_t *value)
{
	char text[32], *end;

	if (word.len == 0 || word.len >= sizeof text || is_space(*word.p))
		return -1;
	memcpy(text, word.p, word.len);
	text[word.len] = 0;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno != 0 || *end != 0 ? -1 : 0;
}

static int
word_float(struct weir_str word, double *value)
{
	char text[64], *end;

	if (word.len == 0 || word.len >= sizeof text || isalpha((unsigned char)*word.p))
		return -1;
	memcpy(text, word.p, word.len);
	text[word.len] = 0;
	*value = strtod(text, &end);
	return *end != 0 || !isfinite(*value) || strpbrk(text, "xXiInN") != NULL ? -1 : 0;
}

static int
need_int(struct line *line, const char *what, int64_t *value)
{
	struct weir_str word;

	if (need(line, what, &word) < 0)
		return -1;
	if (word_int(word, value) == 0)
		return 0;
	return wrong(line, word.loc, "%s is an int, not \"%.*s\"", what, (int)word.len, word.p);
}

static int
need_float(struct line *line, const char *what, double *value)
{
	struct weir_str word;

	if (need(line, what, &word) < 0)
		return -1;
	if (word_float(word, value) == 0)
		return 0;
	return wrong(line, word.loc, "%s is a number, not \"%.*s\"", what, (int)word.len, word.p);
}

/* `5s`, `250ms`, `1h30m`: microseconds. */
static int
word_duration(struct weir_str word, int64_t *us)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000},
		{"d", 86400000000}};
	const char *p = word.p, *end = p + word.len;
	int64_t total = 0;

	if (p == end)
		return -1;
	while (p < end) {
		const char *first = p;
		int64_t n = 0;
		size_t i, len;

		for (; p < end && *p >= '0' && *p <= '9'; p++)
			if (__builtin_mul_overflow(n, 10, &n) ||
				__builtin_add_overflow(n, *p - '0', &n))
				return -1;
		if (p == first)
			return -1;
		for (first = p; p < end && isalpha((unsigned char)*p); p++)
			;
		len = (size_t)(p - first);
		for (i = 0; i < sizeof units / sizeof *units; i++)
			if (strlen(units[i].name) == len && memcmp(units[i].name, first, len) == 0)
				break;
		if (i == sizeof units / sizeof *units ||
			__builtin_mul_overflow(n, units[i].us, &n) ||
			__builtin_add_overflow(total, n, &total))
			return -1;
	}
	*us = total;
	return 0;
}

static int
need_duration(struct line *line, const char *what, int64_t *us)
{
	struct weir_str word;

	if (need(line, what, &word) < 0)
		return -1;
	if (word_duration(word, us) == 0)
		return 0;
	return wrong(line, word.loc, "\"%.*s\" is not a duration; write such as 10ms, 5s or 1h",
		(int)word.len, word.p);
}

/* What may follow everything: `null P`.  1: it was there. */
static int
at_null(const struct line *line)
{
	struct weir_str rest = line->rest, word;

	return generator_word(&rest, &word) && word_is(word, "null") && *word.p == 'n' &&
	       (word.p == line->rest.p || is_space(word.p[-1]));
}

static int
more(const struct line *line)
{
	struct weir_str rest = line->rest, word;

	return generator_word(&rest, &word) && !at_null(line);
}

static int
parse_sequence(struct line *line)
{
	struct generator_field *field = line->field;

	if (field->type == WEIR_FLOAT64) {
		field->f[1] = 1;
		if (more(line) && need_float(line, "START", &field->f[0]) < 0)
			return -1;
		return more(line) ? need_float(line, "STEP", &field->f[1]) : 0;
	}
	field->i[1] = 1;
	if (more(line) && need_int(line, "START", &field->i[0]) < 0)
		return -1;
	return more(line) ? need_int(line, "STEP", &field->i[1]) : 0;
}

static int
parse_uniform(struct line *line)
{
	struct generator_field *field = line->field;
	uint32_t loc = line->rest.loc;
	int rc, empty;

	if (field->type == WEIR_FLOAT64) {
		rc = need_float(line, "LO", &field->f[0]);
		if (rc == 0)
			rc = need_float(line, "HI", &field->f[1]);
		empty = field->f[0] > field->f[1];
	} else {
		rc = need_int(line, "LO", &field->i[0]);
		if (rc == 0)
			rc = need_int(line, "HI", &field->i[1]);
		empty = field->i[0] > field->i[1];
	}
	if (rc == 0 && empty)
		return wrong(line, loc + 1, "LO is above HI");
	return rc;
}

static int
parse_normal(struct line *line)
{
	uint32_t loc = line->rest.loc;

	if (need_float(line, "MEAN", &line->field->f[0]) < 0 ||
		need_float(line, "STDDEV", &line->field->f[1]) < 0)
		return -1;
	if (line->field->f[1] < 0)
		return wrong(line, loc + 1, "STDDEV is below 0");
	return 0;
}

static int
parse_zipf(struct line *line)
{
	uint32_t loc = line->rest.loc;
	int64_t n;
	double s;

	if (need_int(line, "N", &n) < 0 || need_float(line, "S", &s) < 0)
		return -1;
	if (n < 1 || n > 1000000000000 || s <= 0 || s > 20)
		return wrong(line, loc + 1,
			"zipf takes N from 1 to 1000000000000 and S above 0, up to 20");
	generator_zipf_init(&line->field->zipf, (double)n, s);
	return 0;
}

/* The words are kept as text; open() makes a list of them. */
static int
parse_choice(struct line *line)
{
	struct generator_field *field = line->field;
	struct weir_str word;
	int64_t i;
	double f;

	field->words = line->rest;
	if (!more(line))
		return wrong(line, line->rest.loc > 0 ? line->rest.loc - 1 : 0,
			"choice has nothing to choose from");
	for (; more(line); field->choice.n++) {
		generator_word(&line->rest, &word);
		if ((field->type == WEIR_INT64 && word_int(word, &i) < 0) ||
			(field->type == WEIR_FLOAT64 && word_float(word, &f) < 0))
			return wrong(line, word.loc, "\"%.*s\" is not %s", (int)word.len, word.p,
				field->type == WEIR_INT64 ? "an int" : "a number");
	}
	field->words.len -= line->rest.len;
	return 0;
}

static int
parse_text(struct line *line)
{
	uint32_t loc = line->rest.loc;

	if (need_int(line, "LEN", &line->field->i[0]) < 0)
		return -1;
	if (line->field->i[0] < 0 || line->field->i[0] > GENERATOR_TEXT_MAX)
		return wrong(line, loc + 1, "text takes a length of 0 to %d", GENERATOR_TEXT_MAX);
	return 0;
}

/* A timestamp: START STEP [disorder D]. */
static int
parse_time(struct line *line)
{
	struct generator_field *field = line->field;
	struct weir_str word;

	field->rule = RULE_TIME;
	if (need(line, "START, such as 2015-07-15T00:00:00Z", &word) < 0)
		return -1;
	if (json_time_parse(word.p, word.p + word.len, &field->i[0]) < 0)
		return wrong(line, word.loc,
			"\"%.*s\" is not a timestamp such as 2015-07-15T00:00:00Z", (int)word.len,
			word.p);
	if (need_duration(line, "STEP, such as 10ms", &field->i[1]) < 0)
		return -1;
	if (!more(line))
		return 0;
	generator_word(&line->rest, &word);
	if (!word_is(word, "disorder"))
		return wrong(line, word.loc, "unexpected \"%.*s\"; here may stand: disorder, null",
			(int)word.len, word.p);
	return need_duration(line, "how much disorder, such as 2s", &field->i[2]);
}

static int
parse_chance(struct line *line, const char *what, double *chance)
{
	uint32_t loc = line->rest.loc;

	if (need_float(line, what, chance) < 0)
		return -1;
	if (*chance < 0 || *chance > 1)
		return wrong(line, loc + 1, "a probability is 0 to 1");
	return 0;
}

enum { INT = 1 << WEIR_INT64, FLOAT = 1 << WEIR_FLOAT64, STRING = 1 << WEIR_STRING };

static const struct {
	const char *name;
	uint32_t rule;
	int types;
	int (*parse)(struct line *line);
} rules[] = {
	{"sequence", RULE_SEQUENCE, INT | FLOAT | STRING, parse_sequence},
	{"uniform", RULE_UNIFORM, INT | FLOAT | STRING, parse_uniform},
	{"normal", RULE_NORMAL, INT | FLOAT, parse_normal},
	{"zipf", RULE_ZIPF, INT | STRING, parse_zipf},
	{"choice", RULE_CHOICE, INT | FLOAT | STRING, parse_choice},
	{"text", RULE_TEXT, STRING, parse_text},
};

static int
parse_rule(struct line *line)
{
	struct weir_str word;
	size_t i;

	if (line->field->type == WEIR_TIMESTAMP)
		return parse_time(line);
	if (line->field->type == WEIR_BOOL) {
		line->field->rule = RULE_BOOL;
		return parse_chance(line, "the probability of true", &line->field->f[0]);
	}
	if (need(line, "a rule", &word) < 0)
		return -1;
	for (i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (!word_is(word, rules[i].name))
			continue;
		if ((rules[i].types & 1 << line->field->type) == 0)
			return wrong(
				line, word.loc, "rule \"%s\" is not for this type", rules[i].name);
		line->field->rule = rules[i].rule;
		return rules[i].parse(line);
	}
	return wrong(line, word.loc,
		"unknown rule \"%.*s\"; choose one of: sequence, uniform, normal, zipf, choice, "
		"text",
		(int)(word.len > 40 ? 40 : word.len), word.p);
}

static uint32_t
type_of(struct weir_str word)
{
	static const char *const types[] = {[WEIR_BOOL] = "bool",
		[WEIR_INT64] = "int",
		[WEIR_FLOAT64] = "float",
		[WEIR_TIMESTAMP] = "timestamp",
		[WEIR_STRING] = "string"};
	uint32_t i;

	for (i = WEIR_BOOL; i <= WEIR_STRING; i++)
		if (word_is(word, types[i]))
			return i;
	return 0;
}

int
generator_field_parse(
	struct generator_field *field, struct weir_str text, char why[GENERATOR_WHY], uint32_t *loc)
{
	struct line line = {text, field, why, loc};
	struct weir_str word;

	*field = (struct generator_field){0};
	generator_word(&line.rest, &field->name); /* the host has seen that there is one */
	if (need(&line, "a type", &word) < 0)
		return -1;
	field->type = type_of(word);
	if (field->type == 0)
		return wrong(&line, word.loc,
			"unknown type \"%.*s\" of field \"%.*s\"; choose one of: bool, int, float, "
			"timestamp, string",
			(int)(word.len > 40 ? 40 : word.len), word.p, (int)field->name.len,
			field->name.p);
	if (parse_rule(&line) < 0)
		return -1;
	if (at_null(&line)) {
		generator_word(&line.rest, &word);
		if (parse_chance(&line, "the probability of null", &field->null) < 0)
			return -1;
	}
	if (generator_word(&line.rest, &word))
		return wrong(&line, word.loc, "unexpected \"%.*s\"",
			(int)(word.len > 40 ? 40 : word.len), word.p);
	return 0;
}

int
generator_rate_parse(struct weir_str text, double *per_second)
{
	const char *slash = memchr(text.p, '/', text.len);
	struct weir_str number = text, unit;
	double n;

	if (slash == NULL)
		return -1;
	number.len = (uint32_t)(slash - text.p);
	unit = (struct weir_str){.p = slash + 1, .len = text.len - number.len - 1};
	if (word_float(number, &n) < 0 || n <= 0 || n > 1e9)
		return -1;
	if (word_is(unit, "s"))
		*per_second = n;
	else if (word_is(unit, "m"))
		*per_second = n / 60;
	else if (word_is(unit, "h"))
		*per_second = n / 3600;
	else
		return -1;
	return 0;
}
