/* text-json.h: whether JSON of unknown origin may be given to a reader that calls itself for each level
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <glib.h>

G_BEGIN_DECLS

/* Whether JsonParser, which recurses, can be given this text: no more than 100 levels, and nothing that it reads otherwise than
 * JSON is written. */
gboolean text_json_is_tame (const char *text, gsize n_bytes);
/* The same with at most max_depth levels. */
gboolean text_json_is_tame_to (const char *text, gsize n_bytes, guint max_depth);

G_END_DECLS

#endif
