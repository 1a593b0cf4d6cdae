/* SPDX-License-Identifier: Apache-2.0 */
/* The registry: what loaded plugins offer, by kind and name. */
#include "engine/plugin.h"

#include "base/err.h"
#include "engine/plugin_check.h"
#include "engine/plugin_file.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLUGIN_ITEMS_MAX = 16384 }; /* a number above it is garbage, not a plan */

struct offers {
	struct wr_offer *v;
	size_t n, cap;
};

struct wr_plugins {
	struct wr_plugin **v;
	size_t n, cap;
	struct offers offers[WR_OFFER_END];
};

static const char *const offer_words[WR_OFFER_END] = {
	[WR_OFFER_TRANSFORM] = "operator",
	[WR_OFFER_SOURCE] = "source",
	[WR_OFFER_SINK] = "sink",
	[WR_OFFER_FORMAT] = "format",
	[WR_OFFER_FUNCTION] = "function",
	[WR_OFFER_AGGREGATE] = "aggregate",
};

bool
wr_plugins_has_extension(const char *id)
{
	static const char *const ids[] = {
		"weir.table/1", "weir.timer/1", "weir.expr/1", "weir.rows/1"};
	size_t i;

	for (i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

bool
wr_operator_needs(const struct weir_operator *op, const char *id)
{
	const char *at = op->needs;
	size_t len;

	for (; at != NULL && *at != '\0'; at += len) {
		at += strspn(at, " ");
		len = strcspn(at, " ");
		if (len > 0 && len == strlen(id) && memcmp(at, id, len) == 0)
			return true;
	}
	return false;
}

static int
name_compare(const char *name, const char *p, size_t len)
{
	size_t own = strlen(name);
	int rc = memcmp(name, p, own < len ? own : len);

	return rc != 0 ? rc : (own > len) - (own < len);
}

static const struct wr_offer *
offer_find(const struct wr_plugins *plugins, uint32_t kind, const char *p, size_t len)
{
	const struct offers *offers = &plugins->offers[kind];
	size_t lo = 0, hi = len == 0 ? 0 : offers->n, mid;
	int rc;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		rc = name_compare(offers->v[mid].name, p, len);
		if (rc == 0)
			return &offers->v[mid];
		if (rc < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Puts the descriptor that s speaks of where its name belongs, unless the name is taken. */
static int
offer_add(struct wr_plugins *plugins, uint32_t kind, const void *desc, const struct wr_subject *s)
{
	const struct wr_offer *old = offer_find(plugins, kind, s->name, strlen(s->name));
	struct offers *offers = &plugins->offers[kind];
	struct wr_offer *v;
	size_t at;

	if (old != NULL && old->plugin == s->plugin)
		return wr_plugin_bad(s, "is there twice");
	if (old != NULL)
		return wr_plugin_bad(s, "is already in plugin \"%s\"", old->plugin->path);
	if (offers->n == offers->cap) {
		v = realloc(offers->v, (offers->cap * 2 + 16) * sizeof *v);
		if (v == NULL)
			return wr_err_set(s->err, -ENOMEM, "out of memory");
		offers->v = v;
		offers->cap = offers->cap * 2 + 16;
	}
	for (at = offers->n; at > 0 && strcmp(offers->v[at - 1].name, s->name) > 0; at--)
		offers->v[at] = offers->v[at - 1];
	offers->v[at] = (struct wr_offer){s->name, desc, s->plugin};
	offers->n++;
	return 0;
}

static void
offers_remove(struct wr_plugins *plugins, const struct wr_plugin *plugin)
{
	struct offers *offers;
	size_t i, kept;
	uint32_t kind;

	for (kind = 0; kind < WR_OFFER_END; kind++) {
		offers = &plugins->offers[kind];
		for (i = kept = 0; i < offers->n; i++)
			if (offers->v[i].plugin != plugin)
				offers->v[kept++] = offers->v[i];
		offers->n = kept;
	}
}

static int
offer_check(struct wr_subject *s, const char *type, uint32_t i, uint32_t size, uint32_t min,
	const char *name, const char *summary)
{
	int rc = wr_plugin_check_size_of(s, type, i, size, min);

	return rc < 0 ? rc : wr_plugin_check_names(s, i, name, summary);
}

static int
offer_operator(struct wr_plugins *plugins, struct wr_subject *s, const struct weir_operator *op,
	uint32_t i)
{
	int rc = offer_check(s, "weir_operator", i, op->size, WR_PLUGIN_MIN(weir_operator, sink),
		op->name, op->summary);

	if (rc < 0)
		return rc;
	if (op->kind < WEIR_TRANSFORM || op->kind > WEIR_SINK)
		return wr_plugin_bad(s, "has unknown kind %" PRIu32, op->kind);
	s->what = offer_words[op->kind];
	rc = wr_plugin_check_operator(s, op);
	return rc < 0 ? rc : offer_add(plugins, op->kind, op, s);
}

static int
offer_format(struct wr_plugins *plugins, struct wr_subject *s, const struct weir_format *format,
	uint32_t i)
{
	int rc = offer_check(s, "weir_format", i, format->size, WR_PLUGIN_MIN(weir_format, encode),
		format->name, format->summary);

	if (rc == 0)
		rc = wr_plugin_check_format(s, format);
	return rc < 0 ? rc : offer_add(plugins, WR_OFFER_FORMAT, format, s);
}

static int
offer_function(struct wr_plugins *plugins, struct wr_subject *s,
	const struct weir_function *function, uint32_t i)
{
	int rc = offer_check(s, "weir_function", i, function->size,
		WR_PLUGIN_MIN(weir_function, example), function->name, function->summary);

	if (rc == 0)
		rc = wr_plugin_check_function(s, function);
	return rc < 0 ? rc : offer_add(plugins, WR_OFFER_FUNCTION, function, s);
}

static int
offer_aggregate(struct wr_plugins *plugins, struct wr_subject *s,
	const struct weir_aggregate *aggregate, uint32_t i)
{
	int rc = offer_check(s, "weir_aggregate", i, aggregate->size,
		WR_PLUGIN_MIN(weir_aggregate, example), aggregate->name, aggregate->summary);

	if (rc == 0)
		rc = wr_plugin_check_aggregate(s, aggregate);
	return rc < 0 ? rc : offer_add(plugins, WR_OFFER_AGGREGATE, aggregate, s);
}

/* Offers array[0 .. n) of one of the four sorts of descriptors. */
static int
offer_all(struct wr_plugins *plugins, const struct wr_plugin *plugin, uint32_t kind,
	const void *array, uint32_t n, struct weir_err *err)
{
	struct wr_subject s = {plugin, err, offer_words[kind], NULL};
	const void *const *descs = array;
	uint32_t i;
	int rc = 0;

	if (n > PLUGIN_ITEMS_MAX)
		return wr_plugin_bad(&s, "it claims %" PRIu32 " %ss", n, s.what);
	if (n > 0 && descs == NULL)
		return wr_plugin_bad(&s, "it claims %" PRIu32 " %ss, but lists none", n, s.what);
	for (i = 0; i < n && rc == 0; i++) {
		s = (struct wr_subject){plugin, err, offer_words[kind], NULL};
		if (descs[i] == NULL)
			return wr_plugin_bad(&s, "%s %" PRIu32 " is NULL", s.what, i);
		if (kind == WR_OFFER_FORMAT)
			rc = offer_format(plugins, &s, descs[i], i);
		else if (kind == WR_OFFER_FUNCTION)
			rc = offer_function(plugins, &s, descs[i], i);
		else if (kind == WR_OFFER_AGGREGATE)
			rc = offer_aggregate(plugins, &s, descs[i], i);
		else
			rc = offer_operator(plugins, &s, descs[i], i);
	}
	return rc;
}

static int
plugin_offer(struct wr_plugins *plugins, const struct wr_plugin *plugin, struct weir_err *err)
{
	const struct weir_plugin *desc = plugin->desc;
	const struct wr_subject s = {plugin, err, NULL, NULL};
	int rc = wr_plugin_check_gate(plugin, err);

	if (rc < 0)
		return rc;
	rc = offer_all(
		plugins, plugin, WR_OFFER_TRANSFORM, desc->operators, desc->n_operators, err);
	if (rc == 0)
		rc = offer_all(
			plugins, plugin, WR_OFFER_FORMAT, desc->formats, desc->n_formats, err);
	if (rc == 0)
		rc = offer_all(plugins, plugin, WR_OFFER_FUNCTION, desc->functions,
			desc->n_functions, err);
	if (rc == 0)
		rc = offer_all(plugins, plugin, WR_OFFER_AGGREGATE, desc->aggregates,
			desc->n_aggregates, err);
	if (rc == 0 &&
		desc->n_operators + desc->n_formats + desc->n_functions + desc->n_aggregates == 0)
		rc = wr_plugin_bad(&s, "it offers nothing");
	if (rc < 0)
		offers_remove(plugins, plugin);
	return rc;
}

static void
plugin_free(struct wr_plugin *plugin)
{
	if (plugin == NULL)
		return;
	free(plugin->path);
	free(plugin);
}

static struct wr_plugin *
plugin_new(const char *path)
{
	struct wr_plugin *plugin = calloc(1, sizeof *plugin);

	if (plugin == NULL)
		return NULL;
	plugin->path = strdup(path);
	if (plugin->path == NULL) {
		free(plugin);
		return NULL;
	}
	return plugin;
}

static int
plugin_load_copy(struct wr_plugins *plugins, struct wr_plugin *plugin, struct weir_err *err)
{
	struct stat st;
	size_t i;
	int fd, rc;

	fd = wr_plugin_file_copy(plugin->path, &st, err);
	if (fd < 0)
		return fd;
	plugin->dev = st.st_dev;
	plugin->ino = st.st_ino;
	for (i = 0; i < plugins->n; i++)
		if (plugins->v[i]->dev == plugin->dev && plugins->v[i]->ino == plugin->ino) {
			close(fd);
			return wr_err_set(
				err, -EEXIST, "plugin \"%s\" is already loaded", plugin->path);
		}
	rc = wr_plugin_file_check_elf(plugin, fd, (uint64_t)st.st_size, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return wr_plugin_file_open(plugin, fd, err);
}

/* Takes the plugin, on success only. */
static int
plugins_keep(struct wr_plugins *plugins, struct wr_plugin *plugin, struct weir_err *err)
{
	struct wr_plugin **v;
	int rc;

	if (plugins->n == plugins->cap) {
		v = realloc(plugins->v, (plugins->cap * 2 + 16) * sizeof *v);
		if (v == NULL)
			return wr_err_set(err, -ENOMEM, "out of memory");
		plugins->v = v;
		plugins->cap = plugins->cap * 2 + 16;
	}
	rc = plugin_offer(plugins, plugin, err);
	if (rc == 0)
		plugins->v[plugins->n++] = plugin;
	return rc;
}

int
wr_plugins_load(struct wr_plugins *plugins, const char *path, struct weir_err *err)
{
	struct wr_plugin *plugin = plugin_new(path);
	int rc;

	if (plugin == NULL)
		return wr_err_set(err, -ENOMEM, "out of memory");
	rc = plugin_load_copy(plugins, plugin, err);
	if (rc == 0)
		rc = plugins_keep(plugins, plugin, err);
	if (rc < 0)
		plugin_free(plugin);
	return rc;
}

int
wr_plugins_add(struct wr_plugins *plugins, const struct weir_plugin *desc, const char *path,
	struct weir_err *err)
{
	struct wr_plugin *plugin = plugin_new(path);
	int rc;

	if (plugin == NULL)
		return wr_err_set(err, -ENOMEM, "out of memory");
	plugin->desc = desc;
	rc = plugins_keep(plugins, plugin, err);
	if (rc < 0)
		plugin_free(plugin);
	return rc;
}

static int
is_shared_object(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
wr_plugins_list(const char *dir, struct wr_arena *arena, char ***paths, struct weir_err *err)
{
	struct dirent **entries = NULL;
	int i, n = scandir(dir, &entries, is_shared_object, by_name);

	if (n < 0)
		return wr_err_set(err, -errno, "cannot read plugin directory \"%s\": %s", dir,
			strerror(errno));
	*paths = wr_arena_array(arena, char *, n);
	for (i = 0; i < n; i++) {
		(*paths)[i] = wr_arena_printf(arena, "%s/%s", dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return n;
}

struct wr_plugins *
wr_plugins_new(void)
{
	return calloc(1, sizeof(struct wr_plugins));
}

void
wr_plugins_free(struct wr_plugins *plugins)
{
	size_t i;

	if (plugins == NULL)
		return;
	for (i = 0; i < plugins->n; i++)
		plugin_free(plugins->v[i]);
	for (i = 0; i < WR_OFFER_END; i++)
		free(plugins->offers[i].v);
	free(plugins->v);
	free(plugins);
}

static const void *
offer_desc(const struct wr_plugins *plugins, uint32_t kind, struct weir_str name)
{
	const struct wr_offer *found = offer_find(plugins, kind, name.p, name.len);

	return found == NULL ? NULL : found->desc;
}

const struct weir_operator *
wr_plugins_operator(const struct wr_plugins *plugins, uint32_t kind, struct weir_str name)
{
	wr_assert(kind >= WEIR_TRANSFORM && kind <= WEIR_SINK);
	return offer_desc(plugins, kind, name);
}

const struct weir_format *
wr_plugins_format(const struct wr_plugins *plugins, struct weir_str name)
{
	return offer_desc(plugins, WR_OFFER_FORMAT, name);
}

const struct weir_function *
wr_plugins_function(const struct wr_plugins *plugins, struct weir_str name)
{
	return offer_desc(plugins, WR_OFFER_FUNCTION, name);
}

const struct weir_aggregate *
wr_plugins_aggregate(const struct wr_plugins *plugins, struct weir_str name)
{
	return offer_desc(plugins, WR_OFFER_AGGREGATE, name);
}

const struct wr_offer *
wr_plugins_offers(const struct wr_plugins *plugins, uint32_t kind, size_t *n)
{
	wr_assert(kind >= WR_OFFER_TRANSFORM && kind < WR_OFFER_END);
	*n = plugins->offers[kind].n;
	return plugins->offers[kind].v;
}

const struct wr_plugin *
wr_plugins_origin(const struct wr_plugins *plugins, const void *desc)
{
	uint32_t kind;
	size_t i;

	for (kind = 0; kind < WR_OFFER_END; kind++)
		for (i = 0; i < plugins->offers[kind].n; i++)
			if (plugins->offers[kind].v[i].desc == desc)
				return plugins->offers[kind].v[i].plugin;
	return NULL;
}

size_t
wr_plugins_count(const struct wr_plugins *plugins)
{
	return plugins->n;
}

const struct wr_plugin *
wr_plugins_at(const struct wr_plugins *plugins, size_t i)
{
	wr_assert(i < plugins->n);
	return plugins->v[i];
}
