/* text-cite.h: where a text refers to numbered passages: [1], [2, 3], 【4】
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize start, end; /* bytes: the digits */
  guint number;     /* from 1 */
} TextCite;

/* Array of TextCite, in their order: the numbers between brackets of one kind that hold nothing else but commas and blanks.  Not
 * where the brackets are Markdown's: followed by "(" or by a second pair of words. */
GArray *text_find_cites (const char *text, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
