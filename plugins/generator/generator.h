/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator: what its files share.  The value of a field in row i is a function of the seed,
 * the field's name and i alone: rows can be made from anywhere on, and dealt among subtasks.
 */
#ifndef GENERATOR_GENERATOR_H
#define GENERATOR_GENERATOR_H

#include <weir/weir.h>

enum {
	GENERATOR_FIELDS_MAX = 256,
	GENERATOR_TEXT_MAX = 4096, /* bytes of the longest text made */
	GENERATOR_WHY = 300, /* bytes of a sentence about a mistake in the conf */
};

enum {
	RULE_SEQUENCE = 1,
	RULE_UNIFORM,
	RULE_NORMAL,
	RULE_ZIPF,
	RULE_CHOICE,
	RULE_TEXT,
	RULE_TIME,
	RULE_BOOL,
};

/* Zipf's law by rejection from the integral of its hat; these are the parts that do not change. */
struct zipf {
	double s, n;
	double first, last; /* the integral up to 1.5, less 1, and up to n + 0.5 */
	double accept; /* a draw so close above its rank needs no further look */
};

/* A field, as its line in the conf says.  Texts are the conf's own. */
struct generator_field {
	struct weir_str name;
	uint32_t type, rule;
	int32_t col;
	uint64_t key; /* of its random numbers */
	double null; /* the probability of null */
	int64_t i[3]; /* sequence: start, step; uniform: low, high; text: length; time: start, step,
			 disorder */
	double f[2]; /* the same of floats; normal: mean, deviation; bool: probability */
	struct zipf zipf;
	struct weir_list choice;
	struct weir_str words; /* of choice, as they stand there */
};

struct generator_conf {
	int64_t count, seed;
	struct weir_str rate;
	struct weir_list lines;
	double per_second; /* 0: as fast as it can */
	uint32_t n_fields;
	struct generator_field field[GENERATOR_FIELDS_MAX];
};

/* rule.c: a line `NAME TYPE RULE...` of the conf.  0, or -1, a sentence in why, its place in *loc.
 */
int generator_field_parse(struct generator_field *field, struct weir_str line,
	char why[GENERATOR_WHY], uint32_t *loc);
/* `1000/s` to rows a second.  0 or -1. */
int generator_rate_parse(struct weir_str text, double *per_second);
/* Word number *at of the text, which begins there; 0: there is none. */
int generator_word(struct weir_str *text, struct weir_str *word);

/* value.c: n rows, first, first + stride and so on, into a column from row 0 on. */
void generator_fill(const struct generator_field *field, struct weir_task *task,
	struct weir_out *out, uint64_t first, uint64_t stride, uint32_t n);

/* random.c */

/* The draw number `draw` of a row: 64 random bits. */
static inline uint64_t
generator_bits(uint64_t key, uint64_t row, uint64_t draw)
{
	/* The finalizer of splitmix64, twice: neighbouring rows and draws have nothing in common.
	 */
	uint64_t x = key + row * 0x9e3779b97f4a7c15 + draw * 0xd1b54a32d192ed03;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	x = (x ^ x >> 31) + key;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* 0 <= x < 1, in steps of 2^-53. */
static inline double
generator_unit(uint64_t key, uint64_t row, uint64_t draw)
{
	return (double)(generator_bits(key, row, draw) >> 11) * 0x1p-53;
}

uint64_t generator_key(int64_t seed, struct weir_str name);
/* 0 <= x <= most, all equally likely. */
uint64_t generator_below(uint64_t key, uint64_t row, uint64_t draw, uint64_t most);
double generator_normal(uint64_t key, uint64_t row);
void generator_zipf_init(struct zipf *zipf, double n, double s);
/* A rank, 1 to n. */
int64_t generator_zipf(const struct zipf *zipf, uint64_t key, uint64_t row);

#endif
