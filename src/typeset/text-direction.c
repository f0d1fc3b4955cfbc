/* text-direction.c: from which side a text is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules P2 and P3 of Unicode Standard Annex 9, with the letter's script in place of its bidirectional class, for which
 * neither GLib nor Pango has a call that is not deprecated.
 */
#include "typeset/text-direction.h"

static gboolean
is_right_to_left (GUnicodeScript script)
{
  switch (script)
    {
    case G_UNICODE_SCRIPT_ARABIC:
    case G_UNICODE_SCRIPT_HEBREW:
    case G_UNICODE_SCRIPT_SYRIAC:
    case G_UNICODE_SCRIPT_THAANA:
    case G_UNICODE_SCRIPT_NKO:
    case G_UNICODE_SCRIPT_SAMARITAN:
    case G_UNICODE_SCRIPT_MANDAIC:
    case G_UNICODE_SCRIPT_MENDE_KIKAKUI:
    case G_UNICODE_SCRIPT_ADLAM:
    case G_UNICODE_SCRIPT_HANIFI_ROHINGYA:
    case G_UNICODE_SCRIPT_YEZIDI: return TRUE;
    default: /* the others are written from the left, or not any more */ return FALSE;
    }
}

PangoDirection
myna_text_direction (const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isalpha (c))
        return is_right_to_left (g_unichar_get_script (c)) ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR;
    }
  return PANGO_DIRECTION_NEUTRAL;
}
