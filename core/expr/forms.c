/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of the language that look like functions. */
#include "expr/forms.h"

#include "expr/parser.h"

const struct wr_form wr_forms[WR_N_FORMS] = {
	{
		"between",
		"x [not] between low and high",
		"Whether a value lies between two others, both of them included.",
		"5 between 1 and 5 = true",
	},
	{
		"case",
		"case when condition then x [when ...] [else y] end",
		"The x behind the first condition that is true, otherwise y or null.  Also `case a "
		"when b then x ... end`, which compares a with b.",
		"case when 2 > 3 then 'more' when 2 > 1 then 'some' else 'less' end = 'some'",
	},
	{
		"cast",
		"cast(x as type)",
		"The value as bool, int, float, timestamp, string, bytes or json; a value that "
		"does not go is an error of the row.",
		"cast('42' as int) = 42",
	},
	{
		"coalesce",
		"coalesce(x, ...)",
		"The first of the values that is not null; those behind it are not computed.",
		"coalesce(cast(null as int), 7, 1 / 0) = 7",
	},
	{
		"extract",
		"extract(unit from timestamp [, zone])",
		"A part of a time, as SQL writes date_part('unit', timestamp [, zone]).",
		"extract(hour from timestamp '2026-01-31T12:30:00Z', '+02:00') = 14",
	},
	{
		"if",
		"if(condition, x [, y])",
		"x where the condition is true; y, or null, where it is false or null.",
		"if(2 > 1, 'yes', 'no') = 'yes'",
	},
	{
		"in",
		"x [not] in (a, ...)",
		"Whether a value is one of those in the list; null where it is none of them and "
		"one of them is null.",
		"2 in (1, 1 + 1) = true",
	},
	{
		"is",
		"x is [not] null",
		"Whether a value is null; never null itself.",
		"cast(null as int) is null = true",
	},
	{
		"like",
		"string [not] like pattern [escape letter]",
		"Whether all of a string has the form of a pattern: % is any text, _ one "
		"character, "
		"unless the letter stands before them.",
		"'weir.conf' like '%.con_' = true",
	},
	{
		"nullif",
		"nullif(x, y)",
		"Null where the two are equal, otherwise x.",
		"nullif('-', '-') = null",
	},
	{
		"timestamp",
		"timestamp 'time'",
		"A time, written as RFC 3339 has it; without an offset it is UTC.",
		"timestamp '1970-01-01T00:01:00Z' = to_timestamp(60, 's')",
	},
	{
		"try",
		"try(x)",
		"The value, or null where it cannot be computed.",
		"try(cast('forty' as int)) = null",
	},
};

bool
wr_form_taken(const char *name)
{
	size_t len;

	if (wr_parser_is_reserved(wr_str(name)))
		return true;
	for (size_t i = 0; i < WR_N_FORMS; i++) {
		len = strlen(wr_forms[i].name);
		if (strcmp(wr_forms[i].name, name) == 0 && wr_forms[i].signature[len] == '(')
			return true;
	}
	return false;
}
