/* store-match.h: what a person typed into the search entry, and where it is found in a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include "storage.h"

G_BEGIN_DECLS

typedef struct _StoreMatch StoreMatch;

typedef enum
{
  STORE_MATCH_WORDS, /* a term that starts with a letter is found only where a word starts */
  STORE_MATCH_ANYWHERE,
} StoreMatchMode;

/* Terms are separated by white space; "double quotes" keep white space in a term.  A text matches when it has all terms.
 * INVALID when the query is too long. */
StoreMatch *store_match_new (const char *query, GError **error);
void store_match_free (StoreMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreMatch, store_match_free)

/* TRUE: nothing to look for. */
gboolean store_match_is_empty (const StoreMatch *self);
/* The FTS5 query whose hits include all matches; "" when the index cannot help.  Consists of our own tokens only, so nothing
 * a person types is FTS5 syntax. */
const char *store_match_get_fts (const StoreMatch *self, StoreMatchMode mode);

/* TRUE if text has all terms.  ranges (may be NULL) gets the StoreRange of each place, in order, at most max_ranges.
 * *ret_score (may be NULL): how well, from the number of places and the length of the text. */
gboolean store_match_text (StoreMatch *self, const char *text, gsize n_bytes, StoreMatchMode mode, GArray *ranges,
                           guint max_ranges, double *ret_score);

/* A line of about n_chars around the first of the ranges in text, white space made single spaces, "…" where it is cut; the
 * ranges become those in the snippet. */
char *store_match_snippet (const char *text, gsize n_bytes, GArray *ranges, int n_chars);

G_END_DECLS

#endif
