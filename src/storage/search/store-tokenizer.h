/* store-tokenizer.h: the FTS5 tokenizer "myna"
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_TOKENIZER_H
#define STORE_TOKENIZER_H

#include <sqlite3.h>

#include "storage.h"

G_BEGIN_DECLS

/* Longer words are cut to this many bytes in the index; hits are checked against the text. */
#define STORE_MAX_TOKEN_BYTES 64

/* Words are also indexed by their first 1 … this many characters, so that a short prefix, as it stands in the entry while
 * a person types, is one posting list instead of the union of thousands. */
#define STORE_MAX_PREFIX_CHARS 3

/* Marks such a token; not a character of any word. */
#define STORE_PREFIX_MARK '*'

/* Makes the tokenizer known to one connection. */
gboolean store_tokenizer_register (sqlite3 *db, GError **error);

G_END_DECLS

#endif
