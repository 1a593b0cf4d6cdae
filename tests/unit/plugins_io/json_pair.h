/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format twice: once as it is, once without layouts (plugins/json/layout.c).  Whatever the
 * records, both must give the same rows and the same complaints.
 */
#ifndef PLUGINS_IO_JSON_PAIR_H
#define PLUGINS_IO_JSON_PAIR_H

#include "mock.h"

#ifdef __cplusplus
extern "C" {
#endif

struct json_pair_field {
	const char *name;
	uint32_t type;
	const char *spec;
};

struct json_pair {
	uint32_t n_fields;
	struct mock *mock[2];
	void *conf[2], *self[2];
};

void json_pair_init(struct json_pair *pair, const struct json_pair_field *fields, uint32_t n);
void json_pair_fini(struct json_pair *pair);

/* Decodes n records with both: the first row that is not the same, or n. */
uint32_t json_pair_decode(
	struct json_pair *pair, const struct weir_str *rec, uint32_t n, uint32_t slack);
/* Whether records are tried by their layouts still; it starts anew with the answer. */
int json_pair_tries(struct json_pair *pair);

#ifdef __cplusplus
}
#endif

#endif
