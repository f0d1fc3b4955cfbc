/* hostile-texts.h: texts that a parser of markdown may need very long for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* "before", then "middle" again and again, then "after". */
typedef struct
{
  const char *before, *middle, *after;
} HostileText;

extern const HostileText hostile_texts[];
extern const guint n_hostile_texts;

/* About `length` bytes of it; the caller frees. */
char *hostile_text_make (const HostileText *text, gsize length);
