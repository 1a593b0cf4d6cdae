/* SPDX-License-Identifier: Apache-2.0 */
/* q21, channel ids: by name where there is one, else from the url. */
#include <strings.h>

#include "nexmark.h"

static const char *
known(const char *name, uint32_t len)
{
	static const struct {
		const char *name, *id;
	} channels[] = {{"apple", "0"}, {"google", "1"}, {"facebook", "2"}, {"baidu", "3"}};

	for (size_t k = 0; k < sizeof channels / sizeof *channels; k++)
		if (strlen(channels[k].name) == len &&
			strncasecmp(channels[k].name, name, len) == 0)
			return channels[k].id;
	return NULL;
}

/* What follows channel_id= in a url; NULL: it has none. */
static const char *
find_id(const char *url, uint32_t len, size_t *n)
{
	static const char key[] = "&channel_id=";
	const char *p = memmem(url, len, key, sizeof key - 1), *end;

	if (len >= sizeof key - 2 && memcmp(url, key + 1, sizeof key - 2) == 0)
		p = url - 1;
	if (p == NULL)
		return NULL;
	p += sizeof key - 1;
	end = memchr(p, '&', (size_t)(url + len - p));
	*n = (size_t)((end != NULL ? end : url + len) - p);
	return p;
}

static void
query(const struct events *e, struct result *r)
{
	for (size_t i = 0; i < e->n; i++) {
		const char *id;
		size_t n = 1;

		if (e->type[i] != BID)
			continue;
		id = known(text_at(&e->channel, i), e->channel.view[i].len);
		if (id == NULL)
			id = find_id(text_at(&e->url, i), e->url.view[i].len, &n);
		if (id == NULL)
			continue;
		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->bidder[i]);
		row_int(r, e->price[i]);
		row_column(r, &e->channel, i);
		row_text(r, id, n);
		row_end(r);
	}
}
