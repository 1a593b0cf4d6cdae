/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: ip_in_cidr, is_ipv4, is_ipv6. */
#include <arpa/inet.h>

#include "functions.h"

/* IPv4 as ::ffff:a.b.c.d, so that both are compared alike. */
struct address {
	uint8_t bytes[16];
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* 4, 6, or 0: no address. */
static int
address_of(struct weir_str s, struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (s.len == 0 || s.len >= sizeof text || memchr(s.p, '\0', s.len) != NULL)
		return 0;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (memchr(text, ':', s.len) != NULL)
		return inet_pton(AF_INET6, text, address->bytes) == 1 ? 6 : 0;
	memcpy(address->bytes, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, address->bytes + 12) == 1 ? 4 : 0;
}

struct cidr {
	struct address net;
	uint32_t bits;
};

/* An address alone is the net of one. */
static int
cidr_of(struct weir_str s, struct cidr *cidr)
{
	const char *slash = memchr(s.p, '/', s.len);
	struct weir_str net = {.p = s.p, .len = slash != NULL ? (uint32_t)(slash - s.p) : s.len};
	int kind = address_of(net, &cidr->net);
	uint32_t most = kind == 4 ? 32 : 128, bits = 0, digits = s.len - net.len;

	if (kind == 0 || digits == 1 || digits > 4)
		return 0;
	for (const char *p = slash + 1; slash != NULL && p < s.p + s.len; p++) {
		if (*p < '0' || *p > '9')
			return 0;
		bits = bits * 10 + (uint32_t)(*p - '0');
	}
	if (slash == NULL)
		bits = most;
	cidr->bits = bits + 128 - most;
	return bits <= most;
}

static int
within(const struct address *address, const struct cidr *cidr)
{
	uint32_t whole = cidr->bits / 8, rest = cidr->bits % 8;

	if (memcmp(address->bytes, cidr->net.bytes, whole) != 0)
		return 0;
	return rest == 0 || (address->bytes[whole] ^ cidr->net.bytes[whole]) >> (8 - rest) == 0;
}

static int
in_cidr_plan(struct weir_call *call, struct weir_err *err)
{
	struct weir_str text;
	struct cidr *cidr;

	call->type = WEIR_BOOL;
	if (take(call, "ss", err) < 0)
		return err->code;
	if (!constant_text(call, 1, &text))
		return WEIR_OK;
	cidr = call->keep(call, sizeof *cidr);
	if (!cidr_of(text, cidr))
		return weir_fail(err, -EINVAL,
			"\"%.*s\" is no net; write it as 10.0.0.0/8 or fd00::/8", (int)text.len,
			text.p);
	call->self = cidr;
	return WEIR_OK;
}

static int
in_cidr_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		const struct cidr *cidr = self;
		struct address address;
		struct cidr other;

		if (cidr == NULL && cidr_of(weir_str_at(args[1], i), &other))
			cidr = &other;
		if (cidr == NULL)
			fn->row_error(fn, i, "ip_in_cidr(): the second text is no net");
		else if (address_of(weir_str_at(args[0], i), &address) == 0)
			fn->row_error(fn, i, "ip_in_cidr(): the first text is no address");
		else if (within(&address, cidr))
			weir_bit_set(out->values, i);
	}
	return WEIR_OK;
}

static int
is_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_BOOL;
	return take(call, "s", err);
}

static int
is_kind(const struct weir_column *col, const uint32_t *sel, uint32_t n, struct weir_vec *out,
	int kind)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct address address;

		if (address_of(weir_str_at(col, i), &address) == kind)
			weir_bit_set(out->values, i);
	}
	return WEIR_OK;
}

static int
is_ipv4_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	return is_kind(args[0], sel, n, out, 4);
}

static int
is_ipv6_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	return is_kind(args[0], sel, n, out, 6);
}

const struct weir_function function_ip_in_cidr = {
	.size = sizeof function_ip_in_cidr,
	.flags = WEIR_STRICT,
	.name = "ip_in_cidr",
	.summary = "Whether an address is in a net; IPv4 within IPv6 (::ffff:10.0.0.1) counts as "
		   "IPv4.",
	.plan = in_cidr_plan,
	.eval = in_cidr_eval,
	.signature = "ip_in_cidr(ip, net)",
	.example = "ip_in_cidr('10.1.2.3', '10.0.0.0/8') = true",
};

const struct weir_function function_is_ipv4 = {
	.size = sizeof function_is_ipv4,
	.flags = WEIR_STRICT,
	.name = "is_ipv4",
	.summary = "Whether the string is an IPv4 address.",
	.plan = is_plan,
	.eval = is_ipv4_eval,
	.signature = "is_ipv4(string)",
	.example = "is_ipv4('192.0.2.1') = true",
};

const struct weir_function function_is_ipv6 = {
	.size = sizeof function_is_ipv6,
	.flags = WEIR_STRICT,
	.name = "is_ipv6",
	.summary = "Whether the string is an IPv6 address.",
	.plan = is_plan,
	.eval = is_ipv6_eval,
	.signature = "is_ipv6(string)",
	.example = "is_ipv6('2001:db8::1') = true",
};
