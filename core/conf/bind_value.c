/* SPDX-License-Identifier: Apache-2.0 */
/* Binding: the words of one directive become the fields of its rows. */
#include <ctype.h>
#include <inttypes.h>

#include "base/err.h"
#include "conf/bind_inner.h"
#include "conf/build.h"
#include "conf/describe.h"
#include "conf/utf8.h"

#define BIND_ANY UINT32_MAX /* as many words as are left */

/* What fills one field: words of a directive, or a default. */
struct bind_source {
	const struct weir_str *words;
	const struct wr_word *at; /* NULL: a default */
	uint32_t n;
	struct weir_str text; /* from the first of the words on */
	uint32_t loc; /* of a list as a whole */
};

struct bind_field {
	struct wr_bind *bind;
	const struct wr_spec *spec;
	struct weir_directive row;
	uint32_t index; /* of row among the directive's */
	void *p;
	bool many; /* a STR or EXPR that repeats: a list */
};

static bool
field_takes_rest(uint32_t type)
{
	return type == WEIR_D_LIST || type == WEIR_D_EXPR || type == WEIR_D_EXPRS ||
	       type == WEIR_D_INPUT;
}

/* Reports a value; a default's is named, since the file does not show it. */
static void __attribute__((format(printf, 3, 4)))
field_bad(const struct bind_field *field, const struct bind_source *source, const char *fmt, ...)
{
	struct weir_str word = source->n > 0 ? source->words[0] : source->text;
	struct wr_text text = {0};
	struct weir_err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof err.text, fmt, ap);
	va_end(ap);
	if (source->at == NULL)
		wr_text_printf(&text, "default of \"%s\": ", field->row.name);
	wr_text_put(&text, err.text);
	wr_diag_error_span(field->bind->diag, word.loc,
		source->at != NULL && source->n > 0 ? source->at[0].span : word.len, "%s", text.p);
	wr_text_fini(&text);
}

/* `"mode"`, or of a later word `slide of "hopping"`. */
static const char *
field_title(const struct bind_field *field)
{
	const char *label = field->row.type == WEIR_D_ENUM ? NULL : field->row.choices;
	char *title;

	if (label == NULL && field->index > 0)
		return wr_arena_printf(
			field->bind->arena, "word %u of \"%s\"", field->index + 1, field->row.name);
	if (label == NULL || field->spec->n_rows == 1)
		return wr_arena_printf(field->bind->arena, "\"%s\"", field->row.name);
	title = wr_arena_printf(field->bind->arena, "%s of \"%s\"", label, field->row.name);
	for (size_t i = 0; i < strlen(label); i++)
		title[i] = (char)tolower((unsigned char)title[i]);
	return title;
}

/* A word as it is quoted in a message: long ones are cut. */
static const char *
field_shown(const struct bind_field *field, struct weir_str word)
{
	uint32_t n = 0;

	while (n < word.len && n < 60)
		n += wr_utf8_step(word.p + n, word.len - n);
	return wr_arena_printf(
		field->bind->arena, "%.*s%s", (int)n, word.p, n < word.len ? "..." : "");
}

static void
field_limit(const struct bind_field *field, int64_t limit, char *buf, size_t size)
{
	if (field->row.type == WEIR_D_DURATION)
		wr_conf_print_duration(limit, buf, size);
	else if (field->row.type == WEIR_D_SIZE && limit >= 0)
		wr_conf_print_size((uint64_t)limit, buf, size);
	else
		snprintf(buf, size, "%" PRId64, limit);
}

static bool
field_in_range(const struct bind_field *field, const struct bind_source *source, int64_t value)
{
	int64_t min = field->row.min, max = field->row.max;
	const char *title, *word;
	char low[32], high[32];

	if (min == 0 && max == 0)
		return true;
	if (max < min)
		max = INT64_MAX; /* only a least value was given */
	if (value >= min && value <= max)
		return true;
	title = field_title(field);
	word = field_shown(field, source->words[0]);
	field_limit(field, min, low, sizeof low);
	field_limit(field, max, high, sizeof high);
	if (max == INT64_MAX)
		field_bad(field, source, "%s is %s; allowed %s or more", title, word, low);
	else if (min == INT64_MIN)
		field_bad(field, source, "%s is %s; allowed at most %s", title, word, high);
	else
		field_bad(field, source, "%s is %s; allowed %s to %s", title, word, low, high);
	return false;
}

static void
field_number(const struct bind_field *field, const struct bind_source *source)
{
	struct weir_str word = source->words[0];
	struct weir_err err;
	int64_t value = 0;
	uint64_t size;
	int rc;

	if (field->row.type == WEIR_D_SIZE) {
		rc = wr_conf_size(word, &size, &err);
		value = rc == 0 ? (int64_t)size : 0; /* no size has more than 63 bits */
	} else if (field->row.type == WEIR_D_DURATION) {
		rc = wr_conf_duration(word, &value, &err);
	} else {
		rc = wr_conf_int(word, &value, &err);
	}
	if (rc < 0)
		field_bad(field, source, "%s", err.text);
	else if (field_in_range(field, source, value))
		memcpy(field->p, &value, sizeof value);
}

/* Index of word among choices (separated by blanks); their number if it is none of them. */
static uint32_t
field_choice(const char *choices, struct weir_str word, struct wr_text *all)
{
	uint32_t n = 0, found = UINT32_MAX;

	for (const char *p = choices; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len > 0) {
			if (word.len == len && memcmp(p, word.p, len) == 0)
				found = n;
			wr_text_put(all, n > 0 ? ", " : "");
			wr_text_add(all, p, len);
			n++;
		}
		p += len + (p[len] == ' ' ? 1 : 0);
	}
	return found == UINT32_MAX ? n : found;
}

static void
field_enum(const struct bind_field *field, const struct bind_source *source)
{
	bool flag = field->row.type == WEIR_D_FLAG;
	const char *choices = flag                         ? "off on"
			      : field->row.choices != NULL ? field->row.choices
							   : "";
	struct wr_text all = {0};
	uint32_t value = field_choice(choices, source->words[0], &all), n = 1;

	for (const char *p = all.p; p != NULL && *p != '\0'; p++)
		n += *p == ',';
	if (value < n)
		memcpy(field->p, &value, sizeof value);
	else
		field_bad(field, source, "%s is \"%s\"; choose one of: %s", field_title(field),
			field_shown(field, source->words[0]), flag ? "on, off" : all.p);
	wr_text_fini(&all);
}

static void
field_append(
	const struct bind_field *field, const struct weir_str *values, uint32_t n, uint32_t loc)
{
	struct weir_list list;
	struct weir_str *all;

	memcpy(&list, field->p, sizeof list);
	all = wr_arena_array(field->bind->arena, struct weir_str, (size_t)list.n + n);
	if (list.n > 0)
		memcpy(all, list.v, list.n * sizeof *all);
	memcpy(all + list.n, values, n * sizeof *all);
	list = (struct weir_list){.v = all, .n = list.n + n, .loc = list.n > 0 ? list.loc : loc};
	memcpy(field->p, &list, sizeof list);
}

static void
field_text(const struct bind_field *field, const struct bind_source *source, struct weir_str value)
{
	if (field->many)
		field_append(field, &value, 1, source->loc);
	else
		memcpy(field->p, &value, sizeof value);
}

static void
field_exprs(const struct bind_field *field, const struct bind_source *source)
{
	struct weir_list list = wr_split_commas(source->text, field->bind->arena);

	for (uint32_t i = 0; i < list.n; i++)
		if (list.v[i].len == 0) {
			wr_diag_error(field->bind->diag, list.v[i].loc,
				"expression %u of \"%s\" is empty", i + 1, field->row.name);
			return;
		}
	field_append(field, list.v, list.n, source->loc);
}

/* Words that are no expression end where their closing quote is. */
static bool
field_check_quotes(const struct bind_field *field, const struct bind_source *source)
{
	bool good = true;

	if (source->at == NULL || field->row.type == WEIR_D_EXPR || field->row.type == WEIR_D_EXPRS)
		return true;
	for (uint32_t i = 0; i < (field_takes_rest(field->row.type) ? source->n : 1); i++) {
		uint32_t odd = source->at[i].odd, off;

		if (odd == 0)
			continue;
		off = odd - source->at[0].off;
		wr_diag_error(field->bind->diag, source->text.loc + off, "unexpected \"%.*s\"",
			(int)wr_utf8_step(source->text.p + off, source->text.len - off),
			source->text.p + off);
		good = false;
	}
	return good;
}

/* There is at least one word. */
static void
field_set(const struct bind_field *field, const struct bind_source *source)
{
	uint32_t count = 1;

	if (!field_check_quotes(field, source))
		return;
	switch (field->row.type) {
	case WEIR_D_FLAG:
	case WEIR_D_ENUM:
		field_enum(field, source);
		break;
	case WEIR_D_INPUT:
		memcpy(&count, field->p, sizeof count);
		count += source->n;
		memcpy(field->p, &count, sizeof count);
		break;
	case WEIR_D_OUTPUT:
		if ((field->spec->flags & WEIR_REPEATS) != 0) {
			memcpy(&count, field->p, sizeof count);
			count++;
		}
		memcpy(field->p, &count, sizeof count);
		break;
	case WEIR_D_INT:
	case WEIR_D_DURATION:
	case WEIR_D_SIZE:
		field_number(field, source);
		break;
	case WEIR_D_STR:
		field_text(field, source, source->words[0]);
		break;
	case WEIR_D_EXPR:
		field_text(field, source, source->text);
		break;
	case WEIR_D_LIST:
		field_append(field, source->words, source->n, source->loc);
		break;
	case WEIR_D_EXPRS:
		field_exprs(field, source);
		break;
	default:
		wr_assert(!"a known type of directive");
	}
}

static struct bind_field
field_of(struct wr_bind *bind, const struct wr_spec *spec, uint32_t index)
{
	struct bind_field field = {.bind = bind, .spec = spec, .index = index};

	wr_directive_at(
		spec->table->directives, spec->table->stride, spec->first_row + index, &field.row);
	field.p = (char *)spec->table->conf + field.row.offset;
	field.many = (spec->flags & WEIR_REPEATS) != 0 &&
		     (field.row.type == WEIR_D_STR || field.row.type == WEIR_D_EXPR);
	return field;
}

/* The default of a row goes the way of what is written; it has the block's place. */
static void
field_default(const struct bind_field *field)
{
	struct wr_bind *bind = field->bind;
	uint32_t loc = bind->block->name.loc;
	struct bind_source source = {.loc = loc};
	struct weir_str *words;
	struct wr_lex lex;

	if (field->row.deflt == NULL)
		return;
	source.text = (struct weir_str){
		.p = field->row.deflt, .len = (uint32_t)strlen(field->row.deflt), .loc = loc};
	wr_lex_init(&lex, bind->arena, wr_arena_printf(bind->arena, "%s;", field->row.deflt),
		source.text.len + 1);
	wr_lex_next(&lex);
	words = wr_arena_array(bind->arena, struct weir_str, lex.n_words);
	for (uint32_t i = 0; i < lex.n_words; i++) {
		words[i] = wr_build_word(bind->arena, lex.text, &lex.words[i]);
		words[i].loc = loc;
	}
	source.words = words;
	source.n = lex.n_words;
	if (source.n > 0)
		field_set(field, &source);
}

/* How many words a directive takes. */
static void
spec_limits(struct wr_bind *bind, const struct wr_spec *spec, uint32_t *min, uint32_t *max)
{
	*min = 1;
	*max = spec->n_rows;
	for (uint32_t i = 0; i < spec->n_rows; i++) {
		uint32_t type = field_of(bind, spec, i).row.type;

		if (i > 0 && (field_of(bind, spec, i).row.flags & WEIR_REQUIRED) != 0)
			*min = i + 1;
		if (i + 1 == spec->n_rows && field_takes_rest(type))
			*max = BIND_ANY;
		if (spec->n_rows == 1 && type == WEIR_D_FLAG)
			*min = 0;
	}
}

static void
spec_wrong_count(
	struct wr_bind *bind, const struct wr_spec *spec, const struct wr_dir *dir, uint32_t max)
{
	const struct wr_directive_rows rows = {.table = spec->table->directives,
		.stride = spec->table->stride,
		.first = spec->first_row,
		.n = spec->n_rows,
		.name = spec->name};
	const bool many = dir->n_words > max;
	struct wr_text form = {0};

	wr_directive_syntax(&rows, &form);
	wr_diag_error_span(bind->diag, many ? dir->words[max].loc : dir->name.loc,
		many ? dir->at[max].span : dir->name.len,
		"invalid number of arguments in \"%.*s\" directive: %u given; write \"%s\"",
		WR_STRF(dir->name), dir->n_words, form.p);
	wr_text_fini(&form);
}

/* Only where one word more would be an error, or where names are no likely values. */
static bool
spec_may_swallow(struct wr_bind *bind, const struct wr_spec *spec, uint32_t n_words, uint32_t max)
{
	uint32_t type = field_of(bind, spec, spec->n_rows - 1).row.type;

	return n_words > max || (max == BIND_ANY && type != WEIR_D_LIST);
}

static struct bind_source
spec_source(const struct wr_dir *dir, uint32_t i)
{
	uint32_t off = i < dir->n_words ? dir->at[i].off : dir->text.len;

	return (struct bind_source){.words = dir->words + i,
		.at = dir->at + i,
		.n = dir->n_words - i,
		.text = {.p = dir->text.p + off,
			.len = dir->text.len - off,
			.loc = dir->text.loc + off},
		.loc = dir->name.loc};
}

static void
spec_fill_words(struct wr_bind *bind, const struct wr_spec *spec, const struct wr_dir *dir)
{
	for (uint32_t i = 0; i < spec->n_rows; i++) {
		struct bind_field field = field_of(bind, spec, i);
		struct bind_source source;
		uint32_t on = 1;

		if (i < dir->n_words) {
			source = spec_source(dir, i);
			if (i + 1 < spec->n_rows && field_takes_rest(field.row.type)) {
				source.n = 1;
				source.text.len = dir->at[i].len;
			}
			field_set(&field, &source);
		} else if (i == 0) {
			memcpy(field.p, &on, sizeof on); /* `name;` of a flag */
		} else if (field.many && field.row.deflt == NULL) {
			field_append(
				&field, &(struct weir_str){.loc = dir->name.loc}, 1, dir->name.loc);
		} else {
			field_default(&field);
		}
	}
}

void
wr_bind_fill(struct wr_bind *bind, struct wr_spec *spec)
{
	uint32_t min, max;

	spec_limits(bind, spec, &min, &max);
	if (spec->n_given == 0)
		for (uint32_t i = 0; i < spec->n_rows; i++) {
			struct bind_field field = field_of(bind, spec, i);

			field_default(&field);
		}
	for (const struct wr_given *given = spec->given; given != NULL; given = given->next) {
		const struct wr_dir *dir = given->dir;

		if (dir->broken || !wr_conf_expect_block(dir, false, bind->diag))
			continue;
		if (spec_may_swallow(bind, spec, dir->n_words, max) &&
			wr_bind_unterminated(bind, dir))
			continue;
		if (dir->n_words < min || dir->n_words > max)
			spec_wrong_count(bind, spec, dir, max);
		else
			spec_fill_words(bind, spec, dir);
	}
}

struct weir_list
wr_split_commas(struct weir_str text, struct wr_arena *arena)
{
	uint32_t n = 1, begin = 0, depth = 0;
	struct weir_str *parts;
	char quote = 0;

	for (uint32_t i = 0; i < text.len; i++)
		n += text.p[i] == ',';
	parts = wr_arena_array(arena, struct weir_str, n);
	n = 0;
	for (uint32_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.p[i] : ',';
		uint32_t end = i;

		if (quote != 0 && i < text.len)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '(' || c == '[')
			depth++;
		else if ((c == ')' || c == ']') && depth > 0)
			depth--;
		if (i < text.len && (c != ',' || quote != 0 || depth > 0))
			continue;
		while (begin < end && wr_lex_space(text.p[begin]))
			begin++;
		while (end > begin && wr_lex_space(text.p[end - 1]))
			end--;
		parts[n++] = (struct weir_str){.p = text.p + begin,
			.len = end - begin,
			.loc = text.loc != 0 ? text.loc + begin : 0};
		begin = i + 1;
	}
	return (struct weir_list){.v = parts, .n = n, .loc = text.loc};
}
