/* text-match.h: where terms occur in a text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TEXT_MATCH_MAX_TERMS 32
#define TEXT_MATCH_MAX_BYTES 2048 /* of a query: longer ones have no terms */

typedef struct _TextMatch TextMatch;

/* A term at bytes [start, end).  Places come in the order of their start; those of different terms may overlap. */
typedef void (*TextFoundFunc) (gpointer user_data, guint term, guint start, guint end);

TextMatch *text_match_new (void);
void text_match_free (TextMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TextMatch, text_match_free)

/* Adds a term of UTF-8 as the next one; FALSE if nothing of it is compared or there are TEXT_MATCH_MAX_TERMS. */
gboolean text_match_add (TextMatch *self, const char *term, gsize n_bytes);
guint text_match_get_n_terms (const TextMatch *self);
/* Finds the terms, folded by text_fold_next ().  words: a term that begins with a letter is found only where a word begins. */
void text_match_find (TextMatch *self, const char *text, gsize n_bytes, gboolean words, TextFoundFunc found,
                      gpointer user_data);

/* The next term of what a person typed: up to white space, or between "double quotes".  Moves *query behind it; FALSE at the
 * end.  A quote that is still open belongs to no term. */
gboolean text_query_next (const char **query, const char **ret_term, gsize *ret_n_bytes);

G_END_DECLS
