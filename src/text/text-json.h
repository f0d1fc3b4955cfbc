/* text-json.h: whether JSON of unknown origin may be given to a reader that calls itself for each level
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <glib.h>

G_BEGIN_DECLS

/* Whether JsonParser, which recurses, can be given this text: no more than 100 levels, one value, and nothing that it reads
 * otherwise than JSON is written. */
gboolean text_json_is_tame (const char *text, gsize n_bytes);
/* The same with at most max_depth levels. */
gboolean text_json_is_tame_to (const char *text, gsize n_bytes, guint max_depth);
/* Puts U+FFFD in the place of each half of a surrogate pair that stands alone: programs in JavaScript write one where they cut a
 * text.  The length stays; what is no JSON stays so. */
void text_json_mend (char *text, gsize n_bytes);

G_END_DECLS

#endif
