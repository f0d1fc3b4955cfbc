/* out.c: what is read goes to standard output; limits and failures end the process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/reader/out.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *the_type = "";
static gsize n_text;
static guint n_pages;
static gboolean has_text;

static void
finish (void)
{
  fflush (stdout);
  _exit (ferror (stdout) ? 1 : 0);
}

void
read_out_fail (const char *word)
{
  printf ("error 0 %zu\n%s %s", strlen (word) + 1 + strlen (the_type), word, the_type);
  finish ();
  g_assert_not_reached ();
}

void
read_out_end (void)
{
  if (!has_text)
    read_out_fail (DOCUMENT_WORD_NO_TEXT);
  fputs ("end 0 0\n", stdout);
  finish ();
  g_assert_not_reached ();
}

void
read_out_type (const char *type)
{
  the_type = type;
  printf ("type 0 %zu\n%s", strlen (type), type);
}

void
read_out_page (void)
{
  if (++n_pages > DOCUMENT_MAX_PAGES)
    read_out_fail (DOCUMENT_WORD_PAGES);
  printf ("page %u 0\n", n_pages);
}

/* What a text may hold: no control characters but tabs and line ends, and no half characters. */
static char *
clean (const char *text, gssize n, gboolean verbatim)
{
  g_autofree char *valid = n < 0 ? g_utf8_make_valid (text, -1) : g_utf8_make_valid (text, n);
  char *out = valid;

  for (const char *p = valid; *p; p++)
    if ((guchar) *p >= 0x20 ? *p != 0x7f : verbatim || *p == '\n' || *p == '\t')
      *out++ = *p;
  *out = '\0';
  return g_steal_pointer (&valid);
}

/* In records of the largest size at most, cut between characters. */
static void
write_records (const char *kind, guint number, const char *text)
{
  gsize left = strlen (text);

  n_text += left;
  if (n_text > DOCUMENT_MAX_TEXT)
    read_out_fail (DOCUMENT_WORD_LONG);
  while (left > 0)
    {
      gsize n = MIN (left, DOCUMENT_MAX_RECORD);

      while (n < left && (text[n] & 0xc0) == 0x80)
        n--;
      printf ("%s %u %zu\n", kind, number, n);
      fwrite (text, 1, n, stdout);
      text += n;
      left -= n;
      kind = "raw";
      number = 0;
    }
  if (ferror (stdout))
    _exit (1);
}

static gboolean
is_blank (const char *text)
{
  for (; *text; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static void
write_block (const char *kind, guint number, const char *text, gssize n)
{
  g_autofree char *cleaned = clean (text, n, FALSE);

  if (is_blank (cleaned))
    return;
  has_text = TRUE;
  write_records (kind, number, cleaned);
}

void
read_out_heading (guint level, const char *text)
{
  g_autofree char *line = g_strdelimit (g_strdup (text), "\n\t", ' ');

  write_block ("heading", CLAMP (level, 1, DOCUMENT_MAX_LEVEL), g_strstrip (line), -1);
}

void
read_out_text (const char *text, gssize n)
{
  write_block ("text", 0, text, n);
}

void
read_out_raw (const char *text, gssize n)
{
  g_autofree char *cleaned = clean (text, n, TRUE);

  has_text = has_text || !is_blank (cleaned);
  write_records ("raw", 0, cleaned);
}
