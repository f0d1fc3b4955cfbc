/* store-name.c: names as people are shown them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "storage.h"

#include <string.h>

#define MAX_BYTES 4096

/* What Unicode calls Bidi_Control. */
static gboolean
turns_text (gunichar c)
{
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
breaks_line (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029;
}

char *
store_tame_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, MIN (strlen (name), MAX_BYTES + 4));
  GString *tame = g_string_sized_new (strlen (valid));

  /* A character that the limit cuts in two is left out. */
  for (const char *at = valid; *at && g_utf8_next_char (at) - valid <= MAX_BYTES; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (breaks_line (c))
        g_string_append_c (tame, ' ');
      else if (!turns_text (c))
        g_string_append_unichar (tame, c);
    }
  return g_string_free (tame, FALSE);
}
