/* store-passage.h: a document's text as passages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_PASSAGE_H
#define STORE_PASSAGE_H

#include <glib.h>

G_BEGIN_DECLS

/* No passage is longer, but for one whose heading alone is. */
#define STORE_PASSAGE_MAX_BYTES 1600

/* A piece of a text: one after the other they are the whole of it. */
typedef struct
{
  gsize start, n_bytes;
  guint page;                   /* the one that it begins on; 0: the text has none */
  gsize heading, heading_bytes; /* of the section that it begins in; 0 bytes: none */
} StoreSpan;

/* Array of StoreSpan; text: UTF-8, Markdown, where there are pages each below a line "[Page 3]".  A passage does not go over a
 * page's end; it ends at headings, paragraphs, lines, sentences, whichever there is. */
GArray *store_split_passages (const char *text);

G_END_DECLS

#endif
