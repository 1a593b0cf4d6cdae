/* SPDX-License-Identifier: Apache-2.0 */
/* An event as the JSON record that Flink's table of Nexmark reads: one row in three. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "event.h"

struct writer {
	char *p;
};

static void
put(struct writer *w, const char *text)
{
	size_t len = strlen(text);

	memcpy(w->p, text, len);
	w->p += len;
}

static void
put_int(struct writer *w, const char *key, int64_t value)
{
	w->p += sprintf(w->p, "%s%" PRId64, key, value);
}

/* Only \ and " need an escape: there are no control bytes in an event. */
static void
put_string(struct writer *w, const char *key, const char *p, uint32_t len)
{
	put(w, key);
	*w->p++ = '"';
	for (uint32_t i = 0; i < len; i++) {
		if (p[i] == '\\' || p[i] == '"')
			*w->p++ = '\\';
		*w->p++ = p[i];
	}
	*w->p++ = '"';
}

static void
put_text(struct writer *w, const char *key, const struct nexmark_text *text)
{
	put_string(w, key, text->p, text->len);
}

static void
put_time(struct writer *w, const char *key, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	put(w, key);
	w->p += strftime(w->p, 32, "\"%Y-%m-%d %H:%M:%S", &tm);
	w->p += sprintf(w->p, ".%03d\"", (int)(ms % 1000));
}

static void
put_person(struct writer *w, const struct nexmark_event *e)
{
	put_int(w, "{\"event_type\":0,\"person\":{\"id\":", e->key);
	put_text(w, ",\"name\":", &e->name);
	put_text(w, ",\"emailAddress\":", &e->email);
	put_text(w, ",\"creditCard\":", &e->card);
	put_text(w, ",\"city\":", &e->city);
	put_text(w, ",\"state\":", &e->state);
	put_time(w, ",\"dateTime\":", e->time);
	put_text(w, ",\"extra\":", &e->extra);
	put(w, "},\"auction\":null,\"bid\":null}");
}

static void
put_auction(struct writer *w, const struct nexmark_event *e)
{
	put_int(w, "{\"event_type\":1,\"person\":null,\"auction\":{\"id\":", e->key);
	put_text(w, ",\"itemName\":", &e->item);
	put_text(w, ",\"description\":", &e->description);
	put_int(w, ",\"initialBid\":", e->initial_bid);
	put_int(w, ",\"reserve\":", e->reserve);
	put_time(w, ",\"dateTime\":", e->time);
	put_time(w, ",\"expires\":", e->expires);
	put_int(w, ",\"seller\":", e->seller);
	put_int(w, ",\"category\":", e->category);
	put_text(w, ",\"extra\":", &e->extra);
	put(w, "},\"bid\":null}");
}

static void
put_bid(struct writer *w, const struct nexmark_event *e)
{
	put_int(w, "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":",
		e->auction);
	put_int(w, ",\"bidder\":", e->bidder);
	put_int(w, ",\"price\":", e->price);
	if (e->url != NULL) {
		put_text(w, ",\"channel\":", &e->channel);
		put_string(w, ",\"url\":", e->url->p, e->url->len);
	}
	put_time(w, ",\"dateTime\":", e->time);
	put_text(w, ",\"extra\":", &e->extra);
	put(w, "}}");
}

size_t
nexmark_record(const struct nexmark_event *event, char out[NEXMARK_RECORD_MAX])
{
	struct writer w = {.p = out};

	if (event->kind == NEXMARK_PERSON)
		put_person(&w, event);
	else if (event->kind == NEXMARK_AUCTION)
		put_auction(&w, event);
	else
		put_bid(&w, event);
	return (size_t)(w.p - out);
}
