/* SPDX-License-Identifier: Apache-2.0 */
/* format(): what printf does, for the types of the language. */
#include <stdlib.h>

#include "functions.h"

/* A directive: %[flags][width][.precision]letter.  letter 0: a text between directives. */
struct piece {
	struct weir_str text; /* of the pattern */
	char letter;
	int left;
	uint32_t width, precision;
};

enum { WIDTH_MAX = 999, PRECISION_MAX = 99 };

static const char *
piece_number(const char *p, const char *end, uint32_t *number)
{
	for (*number = 0; p < end && *p >= '0' && *p <= '9'; p++)
		if (*number <= WIDTH_MAX)
			*number = *number * 10 + (uint32_t)(*p - '0');
	return p;
}

/* The piece at *p, which moves behind it; NULL, or why it is wrong. */
static const char *
piece_next(const char **p, const char *end, struct piece *piece)
{
	const char *q = *p;

	*piece = (struct piece){.text = {.p = q}, .precision = UINT32_MAX};
	if (*q != '%') {
		while (q < end && *q != '%')
			q++;
	} else {
		for (q++; q < end && strchr("-+ 0#", *q) != NULL && *q != '\0'; q++)
			piece->left |= *q == '-';
		q = piece_number(q, end, &piece->width);
		if (q < end && *q == '.')
			q = piece_number(q + 1, end, &piece->precision);
		if (q == end)
			return "the format ends within a %";
		piece->letter = *q++;
		if (piece->width > WIDTH_MAX ||
			(piece->precision != UINT32_MAX && piece->precision > PRECISION_MAX))
			return "a width above 999 or a precision above 99";
		if (piece->letter == '\0' || strchr("sdfegx%", piece->letter) == NULL)
			return "only %s, %d, %x, %f, %e, %g and %% are known";
		if (piece->letter == '%' && q - *p != 2)
			return "only %s, %d, %x, %f, %e, %g and %% are known";
	}
	piece->text.len = (uint32_t)(q - *p);
	*p = q;
	return NULL;
}

static const char *
piece_takes(const struct piece *piece, uint32_t type)
{
	switch (piece->letter) {
	case 's':
		return type == WEIR_TIMESTAMP || type == WEIR_BYTES
			       ? "%s takes no timestamp and no bytes; cast it to string"
			       : NULL;
	case 'd':
	case 'x':
		return type != WEIR_INT64 ? "%d and %x take int" : NULL;
	default:
		return type != WEIR_INT64 && type != WEIR_FLOAT64
			       ? "%f, %e and %g take float and int"
			       : NULL;
	}
}

static const char *
format_check(struct weir_str format, const struct weir_call *call)
{
	const char *p = format.p, *end = p + format.len, *why;
	uint32_t arg = 1;
	struct piece piece;

	while (p < end) {
		why = piece_next(&p, end, &piece);
		if (why != NULL)
			return why;
		if (piece.letter == 0 || piece.letter == '%')
			continue;
		if (arg == call->n_args)
			return "the format has more directives than there are arguments";
		why = call->types[arg] == 0 ? NULL : piece_takes(&piece, call->types[arg]);
		if (why != NULL)
			return why;
		arg++;
	}
	return arg < call->n_args ? "there are more arguments than the format has directives"
				  : NULL;
}

static int
format_plan(struct weir_call *call, struct weir_err *err)
{
	struct weir_str format;
	const char *why;

	if (take(call, "sx+", err) < 0)
		return err->code;
	why = constant_text(call, 0, &format) ? format_check(format, call) : NULL;
	if (why != NULL)
		return weir_fail(err, -EINVAL, "%s", why);
	call->type = WEIR_STRING;
	return WEIR_OK;
}

/* The shortest of the decimals that read back as the same. */
static int
print_float(char *to, size_t size, double x)
{
	int len = 0;

	for (int digits = 15; digits <= 17; digits++) {
		len = snprintf(to, size, "%.*g", digits, x);
		if (strtod(to, NULL) == x)
			break;
	}
	return len;
}

static void
add_string(struct text *text, const struct piece *piece, const struct weir_column *col, uint32_t i)
{
	char number[40];
	struct weir_str s = {.p = number};
	int64_t have;

	if (col->type == WEIR_INT64)
		s.len = (uint32_t)snprintf(
			number, sizeof number, "%lld", (long long)weir_int_at(col, i));
	else if (col->type == WEIR_FLOAT64)
		s.len = (uint32_t)print_float(number, sizeof number, weir_float_at(col, i));
	else if (col->type == WEIR_BOOL)
		s = weir_bool_at(col, i) ? (struct weir_str){"true", 4, 0}
					 : (struct weir_str){"false", 5, 0};
	else
		s = weir_str_at(col, i);
	if (piece->precision != UINT32_MAX)
		s.len = utf8_skip(s, piece->precision);
	have = utf8_count(s.p, s.len);
	for (int64_t k = have; !piece->left && k < piece->width; k++)
		text_add(text, " ", 1);
	text_add(text, s.p, s.len);
	for (int64_t k = have; piece->left && k < piece->width; k++)
		text_add(text, " ", 1);
}

static void
add_number(struct text *text, const struct piece *piece, const struct weir_column *col, uint32_t i)
{
	enum { SPEC = 40, ROOM = 1500 };
	char spec[SPEC], *to = text_room(text, ROOM);
	uint32_t len = piece->text.len - 1;
	double x;
	int n;

	/* Flags may be repeated, but no spec that means anything is longer. */
	if (to == NULL || len > SPEC - 4) {
		text->status = to == NULL ? text->status : -E2BIG;
		return;
	}
	memcpy(spec, piece->text.p, len);
	if (piece->letter == 'd' || piece->letter == 'x') {
		memcpy(spec + len, piece->letter == 'd' ? "lld" : "llx", 4);
		n = snprintf(to, ROOM, spec, (long long)weir_int_at(col, i));
	} else {
		spec[len] = piece->letter;
		spec[len + 1] = '\0';
		x = col->type == WEIR_INT64 ? (double)weir_int_at(col, i) : weir_float_at(col, i);
		n = snprintf(to, ROOM, spec, x);
	}
	if (n > 0)
		text->len += (uint32_t)n;
}

static const char *
format_row(struct text *text, const struct weir_column *const *args, uint32_t n_args, uint32_t i)
{
	struct weir_str format = weir_str_at(args[0], i);
	const char *p = format.p, *end = p + format.len, *why;
	uint32_t arg = 1;
	struct piece piece;

	while (p < end) {
		why = piece_next(&p, end, &piece);
		if (why != NULL)
			return why;
		if (piece.letter == 0 || piece.letter == '%') {
			text_add(text, piece.text.p, piece.letter == 0 ? piece.text.len : 1);
			continue;
		}
		if (arg == n_args)
			return "the format has more directives than there are arguments";
		why = piece_takes(&piece, args[arg]->type);
		if (why != NULL)
			return why;
		if (piece.letter == 's')
			add_string(text, &piece, args[arg++], i);
		else
			add_number(text, &piece, args[arg++], i);
	}
	return NULL;
}

static int
format_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		const char *why = format_row(&text, args, fn->n_args, i);

		if (why == NULL) {
			rc = text_give(&text, fn, out, i);
			continue;
		}
		fn->row_error(fn, i, why);
		text.len = 0;
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_format = {
	.size = sizeof function_format,
	.flags = WEIR_STRICT,
	.name = "format",
	.summary = "A text with values in it, as printf writes them: %s any but timestamp and "
		   "bytes, %d %x int, %f %e %g numbers, %%; with flags, width and precision.",
	.plan = format_plan,
	.eval = format_eval,
	.signature = "format(format, x, ...)",
	.example = "format('%s: %05.1f (%d)', 'load', 0.25, 3) = 'load: 000.2 (3)'",
};
