/* text-cite.c: where a text refers to numbered passages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-cite.h"

#include <string.h>

#define MAX_NUMBER 9999

/* The text at p has this; n_left: how much of it there is. */
static gboolean
has (const char *p, gsize n_left, const char *what)
{
  return strlen (what) <= n_left && memcmp (p, what, strlen (what)) == 0;
}

static gsize
skip_separators (const char *text, gsize at, gsize end)
{
  static const char *const separators[] = { " ", ",", ";", "，", "、" };
  gboolean found;

  do
    {
      found = FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (separators) && !found; i++)
        if ((found = has (text + at, end - at, separators[i])))
          at += strlen (separators[i]);
    }
  while (found);
  return at;
}

/* The numbers between a bracket that was opened and its end; 0: there is something else.  Else where the text goes on. */
static gsize
read_numbers (const char *text, gsize at, gsize end, const char *closing, GArray *cites)
{
  guint n_before = cites->len;

  while (at < end)
    {
      TextCite cite = { at, at, 0 };

      for (; cite.end < end && g_ascii_isdigit (text[cite.end]) && cite.number <= MAX_NUMBER; cite.end++)
        cite.number = cite.number * 10 + (text[cite.end] - '0');
      if (cite.end == cite.start || cite.number == 0 || cite.number > MAX_NUMBER || text[cite.start] == '0')
        break;
      g_array_append_val (cites, cite);
      at = skip_separators (text, cite.end, end);
      if (has (text + at, end - at, closing))
        {
          at += strlen (closing);
          if (at < end && (text[at] == '(' || (text[at] == '[' && at + 1 < end && !g_ascii_isdigit (text[at + 1]))))
            break;
          return at;
        }
    }
  g_array_set_size (cites, n_before);
  return 0;
}

GArray *
text_find_cites (const char *text, gsize n_bytes)
{
  static const char *const pairs[][2] = { { "[", "]" }, { "【", "】" }, { "［", "］" } };
  GArray *cites = g_array_new (FALSE, FALSE, sizeof (TextCite));
  gsize at = 0;

  while (at < n_bytes)
    {
      gsize next = at + 1;

      for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
        if (has (text + at, n_bytes - at, pairs[i][0]))
          {
            gsize end = read_numbers (text, at + strlen (pairs[i][0]), n_bytes, pairs[i][1], cites);

            next = end ? end : next;
          }
      at = next;
    }
  return cites;
}
