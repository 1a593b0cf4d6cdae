/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came from ${file:} or stands in a directive that is secret is not shown: not in the dump,
 * not in a source line, not in a message, even if whoever wrote the message quoted it.
 */
#include "conf/inner.h"

enum { SECRET_ANYWHERE = 4 }; /* bytes; a shorter value may well be there by chance */

void
wr_secret_add(struct wr_conf *conf, const struct wr_dir *dir, struct weir_str value)
{
	struct wr_secret *secret = wr_arena_new(&conf->secrets->arena, struct wr_secret);

	*secret = (struct wr_secret){.dir = dir, .value = value, .next = conf->secrets->first};
	conf->secrets->first = secret;
}

void
wr_conf_mark_secret(const struct wr_conf *conf, const struct wr_dir *dir)
{
	struct wr_secrets *secrets = conf->secrets;

	if (wr_secret_marked(conf, dir))
		return;
	for (uint32_t i = 0; i <= dir->n_words; i++) {
		struct wr_secret *secret = wr_arena_new(&secrets->arena, struct wr_secret);

		*secret = (struct wr_secret){.dir = dir,
			.value = i < dir->n_words ? dir->words[i] : dir->text,
			.marked = true,
			.next = secrets->first};
		secrets->first = secret;
	}
}

bool
wr_secret_marked(const struct wr_conf *conf, const struct wr_dir *dir)
{
	for (const struct wr_secret *s = conf->secrets->first; s != NULL; s = s->next)
		if (s->marked && s->dir == dir)
			return true;
	return false;
}

bool
wr_secret_hides(const struct wr_conf *conf, uint32_t loc)
{
	for (const struct wr_secret *s = conf->secrets->first; s != NULL; s = s->next) {
		if (!s->marked)
			continue;
		for (uint32_t i = 0; i < s->dir->n_words; i++)
			if (loc >= s->dir->words[i].loc &&
				loc - s->dir->words[i].loc < s->dir->at[i].span)
				return true;
	}
	return false;
}

static bool
secret_is_near(const struct wr_secret *secret, uint32_t loc)
{
	const struct wr_dir *dir = secret->dir;
	uint32_t end = dir->has_block ? dir->name.loc + dir->name.len : dir->end_loc;

	return (loc >= dir->name.loc && loc <= end) ||
	       (loc >= dir->text.loc && loc - dir->text.loc <= dir->text.len);
}

static bool
secret_has(struct weir_str text, struct weir_str part)
{
	return part.len > 0 && memmem(text.p, text.len, part.p, part.len) != NULL;
}

/* May the text of a message have this between two quotes? */
static bool
secret_in_quotes(const struct wr_conf *conf, uint32_t loc, struct weir_str quoted)
{
	struct weir_str cut = quoted;

	if (cut.len > 3 && memcmp(cut.p + cut.len - 3, "...", 3) == 0)
		cut.len -= 3;
	for (const struct wr_secret *s = conf->secrets->first; s != NULL; s = s->next) {
		if (wr_str_eq(quoted, s->value) && quoted.len > 0)
			return true;
		if (!secret_is_near(s, loc) || wr_str_eq(quoted, s->dir->name))
			continue;
		if (secret_has(s->value, cut) || secret_has(quoted, s->value))
			return true;
	}
	return false;
}

/* Bytes of a secret at p. */
static uint32_t
secret_at(const struct wr_conf *conf, const char *p, size_t left)
{
	uint32_t longest = 0;

	for (const struct wr_secret *s = conf->secrets->first; s != NULL; s = s->next)
		if (s->value.len >= SECRET_ANYWHERE && s->value.len <= left &&
			s->value.len > longest && memcmp(p, s->value.p, s->value.len) == 0)
			longest = s->value.len;
	return longest;
}

static void
secret_mask_whole(const struct wr_conf *conf, const char *text, struct wr_text *out)
{
	size_t len = strlen(text);

	wr_text_add(out, "", 0);
	for (size_t i = 0; i < len;) {
		uint32_t n = secret_at(conf, text + i, len - i);

		wr_text_add(out, n > 0 ? "***" : text + i, n > 0 ? 3 : 1);
		i += n > 0 ? n : 1;
	}
}

void
wr_conf_mask(const struct wr_conf *conf, uint32_t loc, const char *text, struct wr_text *out)
{
	struct wr_text whole = {0};

	wr_text_put(out, "");
	if (conf == NULL || conf->secrets->first == NULL) {
		wr_text_put(out, text);
		return;
	}
	secret_mask_whole(conf, text, &whole);
	for (const char *p = whole.p; *p != '\0';) {
		const char *open = strchr(p, '"'), *close;
		struct weir_str quoted;

		if (open == NULL) {
			wr_text_put(out, p);
			break;
		}
		wr_text_add(out, p, (size_t)(open + 1 - p));
		close = open + 1 + strcspn(open + 1, "\"");
		quoted = (struct weir_str){.p = open + 1, .len = (uint32_t)(close - open - 1)};
		if (secret_in_quotes(conf, loc, quoted))
			wr_text_put(out, "***");
		else
			wr_text_add(out, quoted.p, quoted.len);
		if (*close == '"')
			wr_text_add(out, close++, 1);
		p = close;
	}
	wr_text_fini(&whole);
}
