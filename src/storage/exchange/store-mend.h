/* store-mend.h: JSON text with what other programs leave in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_MEND_H
#define STORE_MEND_H

#include <glib.h>

G_BEGIN_DECLS

/* Replaces what JsonParser cannot take or would cut a string at, with U+FFFD: half of a surrogate pair, U+0000, and bytes that
 * are not UTF-8.  Returns how many there were. */
guint store_mend_json (GString *text);

G_END_DECLS

#endif
