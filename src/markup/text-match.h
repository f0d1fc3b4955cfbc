/* text-match.h: where a text occurs in another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes [start, end) of a text. */
typedef struct
{
  guint start, end;
} MynaRange;

/* Appends the occurrences of the needle (NULL or "": none) that do not overlap, case folded, as MynaRange counted from
 * `offset` before the text. */
void myna_text_find (const char *text, const char *needle, guint offset, GArray *matches);

G_END_DECLS
