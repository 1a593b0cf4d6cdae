/* SPDX-License-Identifier: Apache-2.0 */
/* Treaps over entries; see chain.h. */
#include "state/chain.h"

#include "base/err.h"

static inline uint32_t
chain_rank(uint32_t index)
{
	index = (index ^ index >> 16) * 0x85ebca6bu;
	index = (index ^ index >> 13) * 0xc2b2ae35u;
	return index ^ index >> 16;
}

uint32_t
wr_chain_find(const struct wr_slabs *slabs, uint32_t root, int64_t ns)
{
	while (root != 0) {
		const struct wr_node *node = wr_slabs_node(slabs, root);

		if (node->ns == ns)
			return root;
		root = ns < node->ns ? node->left : node->right;
	}
	return 0;
}

uint32_t
wr_chain_from(const struct wr_slabs *slabs, uint32_t root, int64_t ns)
{
	uint32_t best = 0;

	while (root != 0) {
		const struct wr_node *node = wr_slabs_node(slabs, root);

		if (node->ns < ns) {
			root = node->right;
		} else {
			best = root;
			root = node->left;
		}
	}
	return best;
}

uint32_t
wr_chain_insert(struct wr_slabs *slabs, uint32_t root, uint32_t index)
{
	struct wr_node *added = wr_slabs_node(slabs, index);
	uint32_t *link = &root, *left = &added->left, *right = &added->right, rest;

	while (*link != 0 && chain_rank(*link) >= chain_rank(index)) {
		struct wr_node *node = wr_slabs_node(slabs, *link);

		link = added->ns < node->ns ? &node->left : &node->right;
	}
	/* What hangs there is split into what comes before and what comes after. */
	rest = *link;
	*link = index;
	while (rest != 0) {
		struct wr_node *node = wr_slabs_node(slabs, rest);

		if (node->ns < added->ns) {
			*left = rest;
			left = &node->right;
			rest = node->right;
		} else {
			*right = rest;
			right = &node->left;
			rest = node->left;
		}
	}
	*left = *right = 0;
	return root;
}

uint32_t
wr_chain_remove(struct wr_slabs *slabs, uint32_t root, uint32_t index)
{
	const struct wr_node *gone = wr_slabs_node(slabs, index);
	uint32_t *link = &root, left = gone->left, right = gone->right;

	while (*link != index) {
		struct wr_node *node = wr_slabs_node(slabs, *link);

		wr_assert(*link != 0);
		link = gone->ns < node->ns ? &node->left : &node->right;
	}
	while (left != 0 && right != 0) {
		if (chain_rank(left) >= chain_rank(right)) {
			*link = left;
			link = &wr_slabs_node(slabs, left)->right;
			left = *link;
		} else {
			*link = right;
			link = &wr_slabs_node(slabs, right)->left;
			right = *link;
		}
	}
	*link = left != 0 ? left : right;
	return root;
}
