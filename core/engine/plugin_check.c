/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what a plugin says of itself. */
#include "engine/plugin_check.h"

#include "base/err.h"
#include "expr/forms.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Far more than anyone writes; a number above it is garbage, not a plan. */
enum {
	PLUGIN_DIRECTIVES_MAX = 1024,
	PLUGIN_DESC_MAX = 4096,
	PLUGIN_CONF_MAX = 1 << 20,
	PLUGIN_PORTS_MAX = 64,
	PLUGIN_NAME_MAX = 64,
};

int
wr_plugin_bad(const struct wr_subject *s, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (s->name == NULL)
		return wr_err_set(s->err, -EINVAL, "plugin \"%s\": %s", s->plugin->path, text);
	return wr_err_set(s->err, -EINVAL, "plugin \"%s\": %s \"%s\" %s", s->plugin->path, s->what,
		s->name, text);
}

static int
check_size(const struct wr_subject *s, const char *type, uint32_t size, size_t least)
{
	if (size < least || size > PLUGIN_DESC_MAX)
		return wr_plugin_bad(
			s, "has a struct %s of size %" PRIu32 ", not %zu", type, size, least);
	return 0;
}

static bool
name_is_word(const char *name)
{
	size_t i;

	if (name[0] < 'a' || name[0] > 'z')
		return false;
	for (i = 0; name[i] != '\0'; i++)
		if (i == PLUGIN_NAME_MAX ||
			((name[i] < 'a' || name[i] > 'z') && (name[i] < '0' || name[i] > '9') &&
				name[i] != '_'))
			return false;
	return true;
}

int
wr_plugin_check_gate(const struct wr_plugin *plugin, struct weir_err *err)
{
	const struct wr_subject s = {plugin, err, NULL, NULL};
	const struct weir_plugin *desc = plugin->desc;

	if (((uintptr_t)desc & (_Alignof(struct weir_plugin) - 1)) != 0)
		return wr_plugin_bad(&s, "weir_plugin_entry() gave no address of a struct");
	if (desc->magic != WEIR_ABI_MAGIC)
		return wr_plugin_bad(&s, "its magic is 0x%08" PRIx32 ", not 0x%08" PRIx32,
			desc->magic, (uint32_t)WEIR_ABI_MAGIC);
	if (desc->major != WEIR_ABI_MAJOR || desc->minor > WEIR_ABI_MINOR ||
		(WEIR_ABI_MAJOR == 0 && desc->minor != WEIR_ABI_MINOR))
		return wr_err_set(err, -EPROTO,
			"plugin \"%s\" wants ABI %u.%u, this weir provides %u.%u", plugin->path,
			desc->major, desc->minor, WEIR_ABI_MAJOR, WEIR_ABI_MINOR);
	if (desc->size < WR_PLUGIN_MIN(weir_plugin, aggregates) || desc->size > PLUGIN_DESC_MAX)
		return wr_plugin_bad(&s, "its struct weir_plugin has size %" PRIu32 ", not %zu",
			desc->size, WR_PLUGIN_MIN(weir_plugin, aggregates));
	if (desc->name == NULL || desc->version == NULL || desc->license == NULL)
		return wr_plugin_bad(&s, "it has no %s",
			desc->name == NULL      ? "name"
			: desc->version == NULL ? "version"
						: "license");
	return 0;
}

/* The size, and where there is none 0, and the alignment of what a directive fills. */
static uint32_t
directive_fills(uint32_t type, uint32_t *align)
{
	*align = type <= WEIR_D_OUTPUT ? 4 : 8;
	if (type < WEIR_D_FLAG || type > WEIR_D_EXPRS)
		return 0;
	if (type <= WEIR_D_OUTPUT)
		return sizeof(uint32_t);
	return type <= WEIR_D_SIZE ? sizeof(int64_t) : sizeof(struct weir_str);
}

static int
check_directive(const struct wr_subject *s, const struct weir_directive *d, uint32_t conf_size,
	uint32_t n_in, uint32_t n_out)
{
	uint32_t align, size = directive_fills(d->type, &align);

	if (!name_is_word(d->name))
		return wr_plugin_bad(
			s, "has a directive whose name \"%.64s\" is not a word", d->name);
	if (size == 0)
		return wr_plugin_bad(
			s, "has directive \"%s\" of unknown type %" PRIu32, d->name, d->type);
	if ((d->flags & ~(uint32_t)(WEIR_REQUIRED | WEIR_REPEATS | WEIR_SECRET)) != 0)
		return wr_plugin_bad(
			s, "has directive \"%s\" with unknown flags 0x%" PRIx32, d->name, d->flags);
	if (d->offset > conf_size || conf_size - d->offset < size)
		return wr_plugin_bad(s,
			"has directive \"%s\" at %" PRIu32 " ..+ %" PRIu32
			", outside its conf of %" PRIu32 " bytes",
			d->name, d->offset, size, conf_size);
	if (d->offset % align != 0)
		return wr_plugin_bad(s, "has directive \"%s\" at %" PRIu32 ", which is not aligned",
			d->name, d->offset);
	if (d->type == WEIR_D_ENUM && (d->choices == NULL || d->choices[0] == '\0'))
		return wr_plugin_bad(s, "has directive \"%s\" without choices", d->name);
	if (d->type == WEIR_D_INPUT && d->port >= n_in)
		return wr_plugin_bad(s, "has directive \"%s\" for input %" PRIu32 " of %" PRIu32,
			d->name, d->port, n_in);
	if (d->type == WEIR_D_OUTPUT && d->port >= n_out)
		return wr_plugin_bad(s, "has directive \"%s\" for output %" PRIu32 " of %" PRIu32,
			d->name, d->port, n_out);
	if (d->min > d->max)
		return wr_plugin_bad(s,
			"has directive \"%s\" with min %" PRId64 " above max %" PRId64, d->name,
			d->min, d->max);
	return 0;
}

static int
check_directives(const struct wr_subject *s, const struct weir_directive *table, uint32_t stride,
	uint32_t conf_size, uint32_t n_in, uint32_t n_out)
{
	const struct weir_directive *d = table, *before = NULL;
	uint32_t i;
	int rc;

	if (conf_size > PLUGIN_CONF_MAX)
		return wr_plugin_bad(s, "has a conf of %" PRIu32 " bytes", conf_size);
	if (table == NULL)
		return 0;
	if (stride < WR_PLUGIN_MIN(weir_directive, max) || stride > PLUGIN_DESC_MAX ||
		stride % 8 != 0)
		return wr_plugin_bad(s, "has a directive_size of %" PRIu32 ", not %zu", stride,
			WR_PLUGIN_MIN(weir_directive, max));
	for (i = 0; d->name != NULL; i++) {
		if (i == PLUGIN_DIRECTIVES_MAX)
			return wr_plugin_bad(s, "has directives without an end");
		rc = check_directive(s, d, conf_size, n_in, n_out);
		if (rc < 0)
			return rc;
		if (d->summary == NULL && (before == NULL || strcmp(before->name, d->name) != 0))
			return wr_plugin_bad(s, "has directive \"%s\" without a summary", d->name);
		before = d;
		d = (const void *)((const char *)d + stride);
	}
	return 0;
}

static int
check_needs(const struct wr_subject *s, const char *needs)
{
	char id[PLUGIN_NAME_MAX + 1];
	size_t len;

	if (needs == NULL)
		return 0;
	for (needs += strspn(needs, " "); *needs != '\0'; needs += strspn(needs, " ")) {
		len = strcspn(needs, " ");
		snprintf(
			id, sizeof id, "%.*s", (int)(len < sizeof id ? len : sizeof id - 1), needs);
		if (len >= sizeof id || !wr_plugins_has_extension(id))
			return wr_plugin_bad(
				s, "needs extension \"%s\", which this weir does not have", id);
		needs += len;
	}
	return 0;
}

static int
check_callback(const struct wr_subject *s, bool there, const char *name)
{
	return there ? 0 : wr_plugin_bad(s, "has no %s()", name);
}

static int
check_source(const struct wr_subject *s, const struct weir_operator *op)
{
	const struct weir_source *source = op->source;
	int rc;

	if (source == NULL)
		return wr_plugin_bad(s, "has no struct weir_source");
	rc = check_size(s, "weir_source", source->size, WR_PLUGIN_MIN(weir_source, committed));
	if (rc == 0)
		rc = check_callback(s, source->assign != NULL, "assign");
	if (rc == 0)
		rc = check_callback(s, source->poll != NULL, "poll");
	return rc;
}

static int
check_sink(const struct wr_subject *s, const struct weir_operator *op)
{
	const struct weir_sink *sink = op->sink;
	int rc;

	if (sink == NULL) {
		if ((op->flags & WEIR_TWO_PHASE) != 0)
			return wr_plugin_bad(s, "is two-phase, but has no struct weir_sink");
		return 0;
	}
	rc = check_size(s, "weir_sink", sink->size, WR_PLUGIN_MIN(weir_sink, decide));
	if (rc < 0)
		return rc;
	if ((sink->recover == NULL) != (sink->decide == NULL))
		return wr_plugin_bad(s, "has only one of recover() and decide()");
	if ((op->flags & WEIR_TWO_PHASE) == 0)
		return 0;
	rc = check_callback(s, sink->prepare != NULL, "prepare");
	if (rc == 0)
		rc = check_callback(s, sink->commit != NULL, "commit");
	if (rc == 0)
		rc = check_callback(s, sink->abort_after != NULL, "abort_after");
	return rc;
}

/* How many ports of each side an operator of its kind may have. */
static int
check_ports(const struct wr_subject *s, const struct weir_operator *op)
{
	uint32_t least_in = op->kind == WEIR_SOURCE ? 0 : 1;
	uint32_t most_in = op->kind == WEIR_SOURCE ? 0 : PLUGIN_PORTS_MAX;
	uint32_t least_out = op->kind == WEIR_SINK ? 0 : 1;

	if (op->n_in < least_in || op->n_in > most_in)
		return wr_plugin_bad(s, "has %" PRIu32 " inputs; a %s has %" PRIu32 " to %" PRIu32,
			op->n_in, op->kind == WEIR_TRANSFORM ? "transform" : s->what, least_in,
			most_in);
	if (op->n_out < least_out || op->n_out > PLUGIN_PORTS_MAX)
		return wr_plugin_bad(s, "has %" PRIu32 " outputs; a %s has %" PRIu32 " to %d",
			op->n_out, op->kind == WEIR_TRANSFORM ? "transform" : s->what, least_out,
			PLUGIN_PORTS_MAX);
	return 0;
}

static int
check_operator_callbacks(const struct wr_subject *s, const struct weir_operator *op)
{
	int rc = check_callback(s, op->plan != NULL, "plan");

	if (rc == 0)
		rc = check_callback(s, op->open != NULL, "open");
	if (rc == 0 && op->kind != WEIR_SOURCE)
		rc = check_callback(s, op->process != NULL, "process");
	if (rc < 0)
		return rc;
	if ((op->snapshot == NULL) != (op->restore == NULL))
		return wr_plugin_bad(s, "has only one of snapshot() and restore()");
	if (op->kind != WEIR_SOURCE && op->source != NULL)
		return wr_plugin_bad(s, "has a struct weir_source, but is no source");
	if (op->kind != WEIR_SINK && op->sink != NULL)
		return wr_plugin_bad(s, "has a struct weir_sink, but is no sink");
	if (op->kind == WEIR_SOURCE)
		return check_source(s, op);
	return op->kind == WEIR_SINK ? check_sink(s, op) : 0;
}

int
wr_plugin_check_operator(const struct wr_subject *s, const struct weir_operator *op)
{
	const uint32_t flags = WEIR_TAKES_SEL | WEIR_TAKES_ENCODED | WEIR_TAKES_CHANGES |
			       WEIR_READS_DECLARED | WEIR_UNION_STATE | WEIR_REPLAYABLE |
			       WEIR_TYPED | WEIR_TWO_PHASE | WEIR_TAKES_UPDATES | WEIR_ON_STDOUT |
			       WEIR_KEEPS_PARALLELISM;
	int rc;

	if ((op->flags & ~flags) != 0)
		return wr_plugin_bad(s, "has unknown flags 0x%" PRIx32, op->flags & ~flags);
	rc = check_needs(s, op->needs);
	if (rc == 0)
		rc = check_ports(s, op);
	if (rc == 0)
		rc = check_directives(
			s, op->directives, op->directive_size, op->conf_size, op->n_in, op->n_out);
	if (rc == 0)
		rc = check_operator_callbacks(s, op);
	return rc;
}

int
wr_plugin_check_format(const struct wr_subject *s, const struct weir_format *format)
{
	int rc = check_directives(
		s, format->directives, format->directive_size, format->conf_size, 0, 0);

	if (rc == 0)
		rc = check_callback(s, format->plan != NULL, "plan");
	if (rc == 0)
		rc = check_callback(s, format->open != NULL, "open");
	if (rc == 0 && format->decode == NULL && format->encode == NULL)
		rc = wr_plugin_bad(s, "has neither decode() nor encode()");
	return rc;
}

static int
check_call(const struct wr_subject *s, const char *name)
{
	if (!wr_form_taken(name))
		return 0;
	return wr_plugin_bad(s, "cannot be called: its name is a word of the language");
}

int
wr_plugin_check_function(const struct wr_subject *s, const struct weir_function *function)
{
	int rc = check_callback(s, function->plan != NULL, "plan");

	if (rc == 0)
		rc = check_callback(s, function->eval != NULL, "eval");
	return rc < 0 ? rc : check_call(s, function->name);
}

static int
check_joint(const struct wr_subject *s, const struct weir_joint *joint)
{
	if (joint == NULL ||
		(joint->size >= WR_PLUGIN_MIN(weir_joint, finish) && joint->able != NULL &&
			joint->update != NULL && joint->merge != NULL && joint->finish != NULL &&
			joint->n_cells <= joint->common_size))
		return 0;
	return wr_plugin_bad(s, "has a joint that lacks a function or room for its cells");
}

static int
check_sliding(const struct wr_subject *s, const struct weir_sliding *sliding)
{
	if (sliding == NULL ||
		(sliding->size >= WR_PLUGIN_MIN(weir_sliding, finish) && sliding->able != NULL &&
			sliding->join != NULL && sliding->leave != NULL && sliding->finish != NULL))
		return 0;
	return wr_plugin_bad(s, "has windows that slide without a function");
}

int
wr_plugin_check_aggregate(const struct wr_subject *s, const struct weir_aggregate *aggregate)
{
	int rc = check_callback(s, aggregate->plan != NULL, "plan");

	if (rc == 0)
		rc = check_callback(s, aggregate->update != NULL, "update");
	if (rc == 0)
		rc = check_callback(s, aggregate->merge != NULL, "merge");
	if (rc == 0)
		rc = check_callback(s, aggregate->finish != NULL, "finish");
	if (rc == 0 && WEIR_HAS(struct weir_aggregate, aggregate, joint))
		rc = check_joint(s, aggregate->joint);
	if (rc == 0 && WEIR_HAS(struct weir_aggregate, aggregate, sliding))
		rc = check_sliding(s, aggregate->sliding);
	return rc < 0 ? rc : check_call(s, aggregate->name);
}

int
wr_plugin_check_size_of(
	const struct wr_subject *s, const char *type, uint32_t i, uint32_t size, size_t least)
{
	if (size >= least && size <= PLUGIN_DESC_MAX)
		return 0;
	return wr_plugin_bad(s, "%s %" PRIu32 " has a struct %s of size %" PRIu32 ", not %zu",
		s->what, i, type, size, least);
}

int
wr_plugin_check_names(struct wr_subject *s, uint32_t i, const char *name, const char *summary)
{
	if (name == NULL)
		return wr_plugin_bad(s, "%s %" PRIu32 " has no name", s->what, i);
	if (!name_is_word(name))
		return wr_plugin_bad(s,
			"%s %" PRIu32 " has the name \"%.64s\", which is not a word", s->what, i,
			name);
	s->name = name;
	return summary == NULL ? wr_plugin_bad(s, "has no summary") : 0;
}
