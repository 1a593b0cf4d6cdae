/* SPDX-License-Identifier: Apache-2.0 */
/* q22, directories of the url. */
#include "nexmark.h"

static void
query(const struct events *e, struct result *r)
{
	for (size_t i = 0; i < e->n; i++) {
		const char *p, *end;

		if (e->type[i] != BID)
			continue;
		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->bidder[i]);
		row_int(r, e->price[i]);
		row_column(r, &e->channel, i);
		p = text_at(&e->url, i);
		end = p + e->url.view[i].len;
		for (int part = 0; part < 6; part++) {
			const char *slash = memchr(p, '/', (size_t)(end - p));

			slash = slash != NULL ? slash : end;
			if (part >= 3)
				row_text(r, p, (size_t)(slash - p));
			p = slash < end ? slash + 1 : end;
		}
		row_end(r);
	}
}
