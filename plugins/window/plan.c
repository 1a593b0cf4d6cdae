/* SPDX-License-Identifier: Apache-2.0 */
/* Which windows a conf asks for, when they go out, and what of that does not go together. */
#include <errno.h>
#include <string.h>

#include "window.h"

/* Windows that a row may be in where each of them is kept by itself. */
enum { WINDOWS_MAX = 1024 };

static int64_t
common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* A word off the front of a text; empty: there is none. */
static struct weir_str
take_word(struct weir_str *text)
{
	struct weir_str word = *text;

	while (word.len > 0 && strchr(" \t\r\n", *word.p) != NULL) {
		word.p++;
		word.len--;
	}
	text->p = word.p;
	while (text->p < word.p + word.len && strchr(" \t\r\n", *text->p) == NULL)
		text->p++;
	text->len = (uint32_t)(word.p + word.len - text->p);
	word.len -= text->len;
	return word;
}

static int
is_word(struct weir_str word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.p, text, word.len) == 0;
}

/* What stands behind the digits of a number; 0: there are none.  Of too many it is more than
 * WINDOW_LENGTH_MAX. */
static struct weir_str
read_number(struct weir_str word, int64_t *number)
{
	*number = 0;
	for (; word.len > 0 && *word.p >= '0' && *word.p <= '9'; word.p++, word.len--)
		*number = *number > WINDOW_LENGTH_MAX ? *number : *number * 10 + (*word.p - '0');
	return word;
}

/* As every duration of a conf is written, `1h30m`: in microseconds, or 0, if it is none of a length
 * that windows may have. */
static int64_t
read_duration(struct weir_str word)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {{"d", INT64_C(86400000000)}, {"h", INT64_C(3600000000)},
		{"m", INT64_C(60000000)}, {"s", 1000000}, {"ms", 1000}, {"us", 1}};
	enum { UNITS = sizeof units / sizeof units[0] };
	int64_t number, sum = 0;
	size_t u = 0;

	while (word.len > 0) {
		struct weir_str rest = read_number(word, &number), unit = rest;

		for (unit.len = 0; unit.len < rest.len && rest.p[unit.len] >= 'a';)
			unit.len++;
		while (u < UNITS && !is_word(unit, units[u].name))
			u++;
		if (rest.len == word.len || u == UNITS || number > WINDOW_LENGTH_MAX / units[u].us)
			return 0;
		sum += number * units[u++].us;
		word = rest;
		word.p += unit.len;
		word.len -= unit.len;
	}
	return sum < 1000 || sum > WINDOW_LENGTH_MAX ? 0 : sum;
}

/* A sentence on what is wrong with a trigger, or NULL. */
static const char *
read_trigger(struct window_conf *conf, struct weir_str text)
{
	struct weir_str how = take_word(&text), much = take_word(&text), clock = take_word(&text);
	int64_t *every = &conf->fire_every[clock.len > 0];

	if (is_word(how, "watermark") && much.len == 0)
		return conf->global || conf->count > 0
			       ? "windows of \"count\" and \"global\" have no end that a watermark "
				 "could pass"
			       : NULL;
	if (is_word(how, "count") && clock.len == 0) {
		if (conf->fire_count > 0)
			return "there is a trigger \"count\" already";
		if (read_number(much, &conf->fire_count).len == 0 && conf->fire_count > 0 &&
			conf->fire_count <= UINT32_MAX)
			return NULL;
	}
	if (is_word(how, "every") && take_word(&text).len == 0 &&
		(clock.len == 0 || is_word(clock, "processing"))) {
		if (*every > 0)
			return "there is such a trigger \"every\" already";
		*every = read_duration(much);
		if (*every > 0)
			return NULL;
	}
	return "a trigger is \"count N\", \"every TIME\", \"every TIME processing\" or "
	       "\"watermark\": `trigger every 10s;`, say";
}

static int
has_triggers(const struct window_conf *conf)
{
	return conf->fire_count > 0 || conf->fire_every[0] > 0 || conf->fire_every[1] > 0;
}

/* Tumbling, hopping and cumulating windows: a sentence on what is wrong with them, or NULL. */
static const char *
choose_panes(struct window_conf *conf)
{
	int keeps_each = has_triggers(conf) || conf->mode == WINDOW_DISCARDING;

	conf->kind = keeps_each ? &window_triggered : &window_panes;
	if (conf->cumulate_max != 0) {
		conf->block = conf->cumulate_max;
		conf->size = conf->slide = conf->pane = conf->cumulate_step;
	} else if (conf->tumbling != 0) {
		conf->size = conf->slide = conf->pane = conf->tumbling;
	} else {
		conf->size = conf->hop_size;
		conf->slide = conf->hop_slide;
		conf->pane = common_divisor(conf->size, conf->slide);
	}
	if (conf->slide > conf->size)
		return "the slide of \"hopping\" is longer than its size, so rows between the "
		       "windows would be lost";
	if (conf->size / conf->pane > WINDOW_PANES_MAX)
		return "size and slide of \"hopping\" have so small a common divisor that a window "
		       "is made of more than 65536 panes";
	if (conf->block % conf->size != 0)
		return "the step of \"cumulate\" does not divide its max_size";
	if (conf->block / conf->size > WINDOW_PANES_MAX)
		return "the max_size of \"cumulate\" is more than 65536 of its steps";
	if (keeps_each && (conf->block + conf->size) / conf->slide > WINDOWS_MAX)
		return "windows that go out before they end are kept one by one, and a row would "
		       "be in more than 1024 of them: take a longer slide or step";
	return NULL;
}

static const char *
choose_session(struct window_conf *conf)
{
	int again = has_triggers(conf) || conf->lateness > 0;

	conf->kind = again ? &window_early_sessions : &window_sessions;
	if (conf->max_duration > 0 && conf->max_duration < conf->gap)
		return "\"max_duration\" is shorter than the gap of \"session\"";
	if (conf->max_duration > 0 && again)
		return "where \"max_duration\" cuts a session is known when that is over, so it "
		       "goes out once: take no \"trigger\" and no \"allowed_lateness\", or no "
		       "\"max_duration\"";
	return NULL;
}

static const char *
choose_count(struct window_conf *conf)
{
	conf->kind = &window_counts;
	if (conf->count_slide == 0)
		conf->count_slide = conf->count;
	if (conf->count_slide > conf->count)
		return "\"slide\" is more than the rows of \"count\", so rows between the windows "
		       "would be lost";
	conf->part = common_divisor(conf->count, conf->count_slide);
	if (conf->count / conf->part > WINDOW_PANES_MAX)
		return "\"count\" and \"slide\" have so small a common divisor that a window is "
		       "made of more than 65536 parts";
	if (has_triggers(conf))
		return "the last row of a window of \"count\" is what makes it go out: other "
		       "triggers are for windows of time and \"global\"";
	return NULL;
}

static const char *
choose_global(struct window_conf *conf)
{
	conf->kind = &window_triggered;
	if (conf->emit == WINDOW_EMIT_FINAL && conf->ttl > 0)
		return "\"ttl\" would drop results before \"emit final\" has shown them; take a "
		       "\"trigger\"";
	if (conf->emit == WINDOW_EMIT_UPDATE && !has_triggers(conf))
		return "a \"global\" window has no end: say with \"trigger\" when it goes out, or "
		       "\"emit final\" for once, at the end of the input";
	return NULL;
}

/* A sentence on what belongs to other windows, or NULL. */
static const char *
find_stray(const struct window_conf *conf)
{
	int untimed = conf->count > 0 || conf->global;

	if (untimed && (conf->lateness > 0 || conf->late_to))
		return "no row is late for windows of \"count\" or \"global\": "
		       "\"allowed_lateness\" and \"late_to\" are for the others";
	if (!untimed && conf->ttl > 0)
		return "\"ttl\" is for \"count\" and \"global\": other windows end";
	if (conf->max_duration > 0 && conf->gap == 0)
		return "\"max_duration\" is for \"session\"";
	if (conf->count_slide > 0 && conf->count == 0)
		return "\"slide\" is for \"count\"; windows of time overlap with \"hopping SIZE "
		       "SLIDE\"";
	return NULL;
}

/* The same on how often windows go out. */
static const char *
find_conflict(const struct window_conf *conf)
{
	int again = has_triggers(conf) || (conf->lateness > 0 && conf->emit == WINDOW_EMIT_UPDATE);

	if (conf->emit == WINDOW_EMIT_FINAL && has_triggers(conf))
		return "with \"emit final\" a window goes out once, when it takes no more rows: "
		       "take \"emit update\" or no \"trigger\"";
	if (conf->mode == WINDOW_DISCARDING && !again)
		return "\"accumulation_mode discarding\" is for windows that go out several times: "
		       "with a \"trigger\" or \"allowed_lateness\", and \"emit update\"";
	return NULL;
}

/* A sentence on what is wrong with the windows, or NULL. */
static const char *
choose_kind(struct window_conf *conf)
{
	int n = (conf->tumbling != 0) + (conf->hop_size != 0) + (conf->gap != 0) +
		(conf->cumulate_max != 0) + (conf->count != 0) + (conf->global != 0);
	const char *wrong = find_stray(conf);

	if (n > 1)
		return "\"tumbling\", \"hopping\", \"session\", \"cumulate\", \"count\" and "
		       "\"global\" exclude each other";
	if (n == 0)
		return "which windows: \"tumbling\", \"hopping\", \"session\", \"cumulate\", "
		       "\"count\" or \"global\" is missing";
	if (wrong != NULL)
		return wrong;
	if (conf->gap != 0)
		wrong = choose_session(conf);
	else if (conf->count != 0)
		wrong = choose_count(conf);
	else
		wrong = conf->global ? choose_global(conf) : choose_panes(conf);
	return wrong != NULL ? wrong : find_conflict(conf);
}

int
window_choose(struct window_conf *conf, struct weir_plan *plan, const struct weir_host *host)
{
	static const char text[] = "keeps every key for ever: with \"ttl TIME\" those without rows "
				   "are forgotten";
	static const char dropped[] =
		"without late_to, the rows meant for it are counted and dropped";
	const struct weir_str grows = {text, sizeof text - 1, 0};
	const struct weir_str drops = {dropped, sizeof dropped - 1, 0};
	const struct weir_str own = {0};
	const char *wrong;
	int rc = 0;

	for (uint32_t i = 0; i < conf->trigger.n; i++) {
		wrong = read_trigger(conf, conf->trigger.v[i]);
		if (wrong != NULL) {
			host->problem(plan, conf->trigger.v[i].loc, wrong);
			rc = -EINVAL;
		}
	}
	if (rc < 0)
		return rc;
	wrong = choose_kind(conf);
	if (wrong != NULL) {
		host->problem(plan, 0, wrong);
		return -EINVAL;
	}
	conf->delay = conf->emit == WINDOW_EMIT_FINAL ? conf->lateness : 0;
	conf->grace = conf->lateness - conf->delay;
	/* A session that has gone out may become part of another: what went out is taken back. */
	if (conf->mode == WINDOW_ACCUMULATING && (conf->grace > 0 || has_triggers(conf)))
		host->declare(
			plan, conf->gap > 0 ? WEIR_PLAN_TAKES_BACK : WEIR_PLAN_CHANGES, 0, own);
	if (conf->lateness > 0)
		host->declare(plan, WEIR_PLAN_WATERMARK_DELAY, conf->lateness, own);
	if (conf->count == 0 && !conf->global && !conf->late_to)
		host->declare(plan, WEIR_PLAN_NOTE, 0, drops);
	if ((conf->count > 0 || conf->global) && conf->ttl == 0 && conf->key.n > 0)
		host->declare(plan, WEIR_PLAN_NOTE, 0, grows);
	return 0;
}
