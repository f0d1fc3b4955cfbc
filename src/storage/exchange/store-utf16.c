/* store-utf16.c: UTF-16 in pieces to UTF-8
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * iconv ends at half of a pair, which exports do hold where a text was cut by its number of units.
 */
#include "exchange/store-utf16.h"

#define REPLACEMENT 0xfffd

static void
replace_half (StoreUtf16 *self, GString *out)
{
  g_string_append_unichar (out, REPLACEMENT);
  self->n_halves++;
}

static void
take_unit (StoreUtf16 *self, gunichar unit, GString *out)
{
  gunichar high = self->high;

  self->high = 0;
  if (high && unit >= 0xdc00 && unit <= 0xdfff)
    {
      g_string_append_unichar (out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      return;
    }
  if (high)
    replace_half (self, out);
  if (unit >= 0xd800 && unit <= 0xdbff)
    self->high = unit;
  else if (unit >= 0xdc00 && unit <= 0xdfff)
    replace_half (self, out);
  else
    g_string_append_unichar (out, unit);
}

void
store_utf16_decode (StoreUtf16 *self, const guchar *bytes, gsize n_bytes, gboolean is_end, GString *out)
{
  for (gsize i = 0; i < n_bytes; i++)
    {
      if (self->has_odd)
        take_unit (self, self->is_big ? self->odd << 8 | bytes[i] : bytes[i] << 8 | self->odd, out);
      self->has_odd = !self->has_odd;
      self->odd = bytes[i];
    }
  if (!is_end)
    return;
  if (self->high)
    replace_half (self, out);
  if (self->has_odd)
    replace_half (self, out);
  self->high = 0;
  self->has_odd = FALSE;
}
