/* SPDX-License-Identifier: Apache-2.0 */
/* Characters of UTF-8, for columns and for what is fit to be shown.  Any thread. */
#ifndef WR_CONF_UTF8_H
#define WR_CONF_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at p (left > 0 of them are there), and the character; 0: not UTF-8. */
static inline uint32_t
wr_utf8_len(const char *p, size_t left, uint32_t *character)
{
	const uint8_t *s = (const uint8_t *)p;
	uint32_t c = s[0], n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*character = c;
	if (n == 1)
		return 1;
	if (c < 0xc2 || c > 0xf4 || left < n)
		return 0;
	c &= 0x7fu >> n;
	for (uint32_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
		(c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return n;
}

/* The same for counting: a byte that is not UTF-8 is a character of its own. */
static inline uint32_t
wr_utf8_step(const char *p, size_t left)
{
	uint32_t character, n = wr_utf8_len(p, left, &character);

	return n > 0 ? n : 1;
}

#endif
