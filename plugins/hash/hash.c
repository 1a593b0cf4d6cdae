/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin, and its functions: hashes of strings and bytes. */
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>
#include <xxhash.h>
#include <zlib.h>

#include "../functions/args.h"

static int
number_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_INT64;
	return take(call, "y", err);
}

static int
hex_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "y", err);
}

static int
xxhash64_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);

		((int64_t *)out->values)[i] = (int64_t)XXH64(s.p, s.len, 0);
	}
	return WEIR_OK;
}

static int
crc32_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);

		((int64_t *)out->values)[i] = (int64_t)crc32_z(0, (const uint8_t *)s.p, s.len);
	}
	return WEIR_OK;
}

static void
give_hex(struct weir_fn *fn, struct weir_vec *out, uint32_t row, const uint8_t *digest, uint32_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[64];

	for (uint32_t i = 0; i < n; i++) {
		text[i * 2] = digits[digest[i] >> 4];
		text[i * 2 + 1] = digits[digest[i] & 15];
	}
	fn->text(fn, out, row, text, n * 2);
}

static int
digest_rows(const struct nettle_hash *hash, struct weir_fn *fn, const struct weir_column *arg,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	union {
		struct md5_ctx md5;
		struct sha256_ctx sha256;
	} context;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(arg, i);

		hash->init(&context);
		hash->update(&context, s.len, (const uint8_t *)s.p);
		hash->digest(&context, hash->digest_size, digest);
		give_hex(fn, out, i, digest, hash->digest_size);
	}
	return WEIR_OK;
}

static int
md5_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return digest_rows(&nettle_md5, fn, args[0], sel, n, out);
}

static int
sha256_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return digest_rows(&nettle_sha256, fn, args[0], sel, n, out);
}

static const struct weir_function function_xxhash64 = {
	.size = sizeof function_xxhash64,
	.flags = WEIR_STRICT,
	.name = "xxhash64",
	.summary = "XXH64 with seed 0, as an int that uses all 64 bits.",
	.plan = number_plan,
	.eval = xxhash64_eval,
	.signature = "xxhash64(string)",
	.example = "xxhash64('weir') = 2723438343022078094",
};

static const struct weir_function function_crc32 = {
	.size = sizeof function_crc32,
	.flags = WEIR_STRICT,
	.name = "crc32",
	.summary = "The CRC-32 of zlib and PNG, an int from 0 to 4294967295.",
	.plan = number_plan,
	.eval = crc32_eval,
	.signature = "crc32(string)",
	.example = "crc32('123456789') = 3421780262",
};

static const struct weir_function function_md5 = {
	.size = sizeof function_md5,
	.flags = WEIR_STRICT,
	.name = "md5",
	.summary = "MD5 in 32 hexadecimal digits; it protects nothing any more.",
	.plan = hex_plan,
	.eval = md5_eval,
	.signature = "md5(string)",
	.example = "md5('abc') = '900150983cd24fb0d6963f7d28e17f72'",
};

static const struct weir_function function_sha256 = {
	.size = sizeof function_sha256,
	.flags = WEIR_STRICT,
	.name = "sha256",
	.summary = "SHA-256 in 64 hexadecimal digits.",
	.plan = hex_plan,
	.eval = sha256_eval,
	.signature = "sha256(string)",
	.example = "sha256('abc') = "
		   "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'",
};

static const struct weir_function *const functions[] = {
	&function_crc32, &function_md5, &function_sha256, &function_xxhash64};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_functions = sizeof functions / sizeof functions[0],
	.name = "hash",
	.version = "1.0",
	.license = "Apache-2.0",
	.functions = functions,
};

WEIR_PLUGIN_ENTRY(&plugin)
