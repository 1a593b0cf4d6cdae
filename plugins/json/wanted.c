/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wanted columns as a tree of keys, and the memory of where keys stood.  Records of a stream
 * mostly have the same keys in the same order: at each place of an object the key of the record
 * before is tried first.
 */
#include "json.h"

#include <stdlib.h>

void
json_want_free(struct json *json)
{
	free(json->leaves);
	free(json->nodes);
	free(json->guesses);
	json->leaves = NULL;
	json->nodes = NULL;
	json->guesses = NULL;
}

static uint32_t
count_steps(const struct json_field *field)
{
	const char *p = field->path.p;
	struct weir_json_step step;
	uint32_t n = 0;

	if (field->path.len == 0)
		return 1;
	for (p++; weir_json_step(&p, field->path.p + field->path.len, &step) > 0;)
		n++;
	return n;
}

static int
same_step(const struct weir_json_step *a, const struct weir_json_step *b)
{
	if (a->name.p == NULL || b->name.p == NULL)
		return a->name.p == b->name.p && a->index == b->index;
	return a->name.len == b->name.len && memcmp(a->name.p, b->name.p, a->name.len) == 0;
}

/* The child of a node for a step, made if it is not there. */
static struct json_node *
grow(struct json *json, struct json_node *node, const struct weir_json_step *step)
{
	struct json_node **link = &node->child, *child;

	while (*link != NULL && !same_step(&(*link)->step, step))
		link = &(*link)->next;
	if (*link != NULL)
		return *link;
	/* Elements stand before members, in ascending order. */
	link = &node->child;
	if (step->name.p == NULL)
		while (*link != NULL && (*link)->step.name.p == NULL &&
			(*link)->step.index < step->index)
			link = &(*link)->next;
	else
		while (*link != NULL)
			link = &(*link)->next;
	child = &json->nodes[json->n_nodes++];
	child->step = *step;
	child->next = *link;
	*link = child;
	return child;
}

static void
plant(struct json *json, const struct json_field *field, struct json_leaf *leaf)
{
	struct json_node *node = &json->nodes[0];
	struct weir_json_step step = {.name = field->name};
	const char *p = field->path.p;

	if (field->path.len == 0)
		node = grow(json, node, &step);
	else
		for (p++; weir_json_step(&p, field->path.p + field->path.len, &step) > 0;)
			node = grow(json, node, &step);
	leaf->field = field;
	leaf->type = field->type;
	leaf->next = node->leaf;
	node->leaf = leaf;
	node->n_leaves++;
}

static int
build(struct json *json)
{
	const struct json_conf *conf = json->conf;
	uint32_t i, n_leaves = 0, n_nodes = 1;

	json_want_free(json);
	layout_clear(json->layout);
	for (i = 0; i < conf->n_fields; i++) {
		n_leaves += json->wanted[i];
		n_nodes += json->wanted[i] ? count_steps(&conf->fields[i]) : 0;
	}
	json->leaves = calloc(n_leaves + 1, sizeof *json->leaves);
	json->nodes = calloc(n_nodes, sizeof *json->nodes);
	if (json->leaves == NULL || json->nodes == NULL)
		return -ENOMEM;
	json->n_nodes = 1;
	json->n_leaves = 0;
	for (i = 0; i < conf->n_fields; i++)
		if (json->wanted[i]) {
			plant(json, &conf->fields[i], &json->leaves[json->n_leaves++]);
		}
	json->guesses = calloc((size_t)json->n_nodes * JSON_GUESSES, sizeof *json->guesses);
	if (json->guesses == NULL)
		return -ENOMEM;
	for (i = 0; i < json->n_nodes; i++)
		json->nodes[i].guess = json->guesses + (size_t)i * JSON_GUESSES;
	return 0;
}

int
json_want(struct json *json, struct weir_out *out)
{
	const struct weir_host *host = json->task->host;
	const struct json_conf *conf = json->conf;
	uint32_t i, changed = json->nodes == NULL;

	for (i = 0; i < conf->n_fields; i++) {
		uint8_t wanted = host->vec(out, conf->fields[i].col) != NULL &&
				 (json->only == NULL ||
					 weir_bit_get(json->only, (uint32_t)conf->fields[i].col));

		changed |= wanted != json->wanted[i];
		json->wanted[i] = wanted;
	}
	if (changed && build(json) < 0) {
		json_want_free(json);
		return weir_fail(json->task->err, -ENOMEM, "out of memory");
	}
	for (i = 0; i < json->n_leaves; i++) {
		struct weir_vec *vec = host->vec(out, json->leaves[i].field->col);

		json->leaves[i].values = vec->values;
		json->leaves[i].valid = vec->valid;
	}
	return 0;
}

static void
remember(struct json_guess *guess, const char *key, size_t len, struct json_node *node)
{
	uint32_t i;

	memset(guess, 0, sizeof *guess);
	if (len > sizeof guess->word) {
		/* Too long to be remembered; no UTF-8 has this word. */
		guess->word[0] = guess->mask[0] = ~(uint64_t)0;
		return;
	}
	memcpy(guess->word, key, len);
	for (i = 0; i < 2; i++)
		if (len >= 8 * (size_t)(i + 1))
			guess->mask[i] = ~(uint64_t)0;
		else if (len > 8 * (size_t)i)
			guess->mask[i] = ((uint64_t)1 << 8 * (len - 8 * (size_t)i)) - 1;
	guess->len = (uint32_t)len;
	guess->node = node;
}

struct json_node *
json_member(const struct json_node *node, const char *key, size_t len)
{
	struct json_node *child;

	for (child = node->child; child != NULL; child = child->next)
		if (child->step.name.p != NULL && child->step.name.len == len &&
			memcmp(child->step.name.p, key, len) == 0)
			return child;
	return NULL;
}

static struct json_node *
search(struct json *json, struct json_node *node, const char *key, const char *end)
{
	size_t len = (size_t)(end - key);

	if (memchr(key, '\\', len) != NULL) {
		char *plain = json_room(&json->scratch, &json->scratch_cap, len);
		ptrdiff_t n = plain != NULL ? json_unescape(key, end, plain) : -1;

		if (n < 0)
			return NULL;
		key = plain;
		len = (size_t)n;
	}
	return json_member(node, key, len);
}

/* A guess further on may fit, when keys are missing here; else this place gets a new one. */
struct json_node *
json_lookup(struct json *json, struct json_node *node, uint32_t *guess, const char *key,
	const char *end)
{
	size_t len = (size_t)(end - key) + 1;
	struct json_node *child;
	uint32_t i;

	if (len <= sizeof node->guess->word)
		for (i = *guess + 1; i < node->n_guess; i++)
			if (node->guess[i].len == len &&
				memcmp(node->guess[i].word, key, len) == 0) {
				*guess = i + 1;
				return node->guess[i].node;
			}
	child = search(json, node, key, end);
	if (*guess < JSON_GUESSES) {
		remember(&node->guess[*guess], key, len, child);
		if (*guess == node->n_guess)
			node->n_guess++;
		++*guess;
	}
	return child;
}
