/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format three times: as it is, without layouts (plugins/json/layout.c), and with only the
 * first column of records that are not wanted (plugins/json/early.c).  Whatever the records, all
 * must give the same rows and the same complaints, the third of what is wanted; and it must be
 * right about that of every record that is not bad.
 */
#ifndef PLUGINS_IO_JSON_PAIR_H
#define PLUGINS_IO_JSON_PAIR_H

#include "mock.h"

struct json_pair_field {
	const char *name;
	uint32_t type;
	const char *spec;
};

struct json_pair {
	uint32_t n_fields;
	struct mock *mock[3];
	void *conf[3], *self[3];
};

void json_pair_init(struct json_pair *pair, const struct json_pair_field *fields, uint32_t n);
void json_pair_fini(struct json_pair *pair);

/* Decodes n records with all: the first row that is not the same, or n. */
uint32_t json_pair_decode(
	struct json_pair *pair, const struct weir_str *rec, uint32_t n, uint32_t slack);
/* Whether records are tried by their layouts still; it starts anew with the answer. */
int json_pair_tries(struct json_pair *pair);
/* Whether of the records that come most the quotes are found first; -1: this processor cannot. */
int json_pair_finds_quotes(const struct json_pair *pair);

#endif
