/* store-utf16.h: UTF-16 in pieces to UTF-8
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_UTF16_H
#define STORE_UTF16_H

#include <glib.h>

G_BEGIN_DECLS

/* Begins as zeros but for is_big. */
typedef struct
{
  gboolean is_big;  /* the first byte of a unit is its upper one */
  gboolean has_odd; /* a byte waits for its other half */
  guchar odd;
  gunichar high;  /* half of a pair that waits; 0: none */
  guint n_halves; /* replaced so far, because their other halves are not there */
} StoreUtf16;

/* Appends what n_bytes are in UTF-8; half of a pair alone becomes U+FFFD, as does what waits when is_end. */
void store_utf16_decode (StoreUtf16 *self, const guchar *bytes, gsize n_bytes, gboolean is_end, GString *out);

G_END_DECLS

#endif
