/* text-aside.h: a file that cannot be read makes room for the next one, and is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEXT_ASIDE_H
#define TEXT_ASIDE_H

#include <glib.h>

G_BEGIN_DECLS

/* Renames it to PATH.damaged, or PATH.damaged-2 … where that is taken.  FALSE: it could not be renamed. */
gboolean text_put_aside (const char *path, GError **error);

G_END_DECLS

#endif
