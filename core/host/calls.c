/* SPDX-License-Identifier: Apache-2.0 */
/* Functions, forms and aggregates in one shape. */
#include "host/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "expr/forms.h"

static struct wr_help_call
call_of_function(const struct weir_function *function)
{
	return (struct wr_help_call){"function", function->name, function->signature,
		function->summary, function->example};
}

static struct wr_help_call
call_of_aggregate(const struct weir_aggregate *aggregate)
{
	return (struct wr_help_call){"aggregate", aggregate->name, aggregate->signature,
		aggregate->summary, aggregate->example};
}

static int
by_name(const void *a, const void *b)
{
	const struct wr_help_call *x = a, *y = b;

	return strcmp(x->name, y->name);
}

size_t
wr_help_calls(const struct wr_plugins *plugins, uint32_t item, struct wr_help_call **calls)
{
	const struct wr_offer *offers;
	struct wr_help_call *v;
	size_t n;

	offers = wr_plugins_offers(plugins, item, &n);
	v = wr_alloc((n + WR_N_FORMS) * sizeof *v);
	for (size_t i = 0; i < n; i++) {
		v[i] = item == WR_OFFER_FUNCTION ? call_of_function(offers[i].desc)
						 : call_of_aggregate(offers[i].desc);
		if (v[i].signature == NULL)
			v[i].signature = v[i].name;
	}
	for (size_t i = 0; item == WR_OFFER_FUNCTION && i < WR_N_FORMS; i++, n++)
		v[n] = (struct wr_help_call){"expression", wr_forms[i].name, wr_forms[i].signature,
			wr_forms[i].summary, wr_forms[i].example};
	qsort(v, n, sizeof *v, by_name);
	*calls = v;
	return n;
}
