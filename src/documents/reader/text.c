/* text.c: plain text in any character set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 where it is; else what uchardet takes it for; else GB 18030, which every older Chinese file is.  The tables of iconv are
 * files: those that uchardet may name are opened before files are locked away.
 */
#include <iconv.h>
#include <string.h>

#include "documents/reader/formats.h"
#include "documents/reader/out.h"
#if HAVE_UCHARDET
#include <uchardet/uchardet.h>
#endif

/* One control character in so many. */
#define MAX_CONTROLS 100

static const char *const sets[] = {
  "GB18030",      "BIG5-HKSCS",   "BIG5",         "EUC-TW",       "EUC-JP",       "SHIFT_JIS",    "ISO-2022-JP",
  "EUC-KR",       "UHC",          "ISO-2022-KR",  "UTF-16LE",     "UTF-16BE",     "UTF-32LE",     "UTF-32BE",
  "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
  "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-11",  "ISO-8859-13",  "ISO-8859-15",  "ISO-8859-16",
  "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257",
  "WINDOWS-1258", "IBM852",       "IBM855",       "IBM865",       "IBM866",       "KOI8-R",       "MAC-CYRILLIC",
  "TIS-620",      "VISCII",
};

static iconv_t tables[G_N_ELEMENTS (sets)];

void
read_text_prepare (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    tables[i] = iconv_open ("UTF-8", sets[i]);
}

/* NULL: these bytes are not in this set. */
static char *
convert (iconv_t table, const guint8 *data, gsize n, gsize *ret_n)
{
  gsize room = n * 4 + 16, left = room, n_in = n;
  char *in = (char *) data, *text, *out;

  if (table == (iconv_t) -1)
    return NULL;
  text = out = g_try_malloc (room + 1);
  if (!text)
    read_out_fail (DOCUMENT_WORD_LARGE);
  iconv (table, NULL, NULL, NULL, NULL);
  if (iconv (table, &in, &n_in, &out, &left) == (gsize) -1 || n_in > 0)
    {
      g_free (text);
      return NULL;
    }
  *ret_n = out - text;
  *out = '\0';
  return text;
}

static char *
convert_named (const char *set, const guint8 *data, gsize n, gsize *ret_n)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    if (g_ascii_strcasecmp (sets[i], set) == 0)
      return convert (tables[i], data, n, ret_n);
  return NULL;
}

#if HAVE_UCHARDET
/* Every byte above ASCII is one of a pair of GB 2312.  Short Chinese texts are so, and are taken for Greek or Thai; words of an
 * alphabet have odd lengths, too. */
static gboolean
is_pairs (const guint8 *data, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (data[i] >= 0x80 && (data[i] < 0xa1 || data[i] > 0xf7 || ++i == n || data[i] < 0xa1))
      return FALSE;
  return TRUE;
}

static gboolean
has_pairs (const char *set)
{
  static const char *const all[] = { "GB", "BIG5", "EUC", "SHIFT", "ISO-2022", "UHC", "UTF" };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_ascii_strncasecmp (set, all[i], strlen (all[i])) == 0)
      return TRUE;
  return FALSE;
}

#endif

static char *
convert_guessed (const guint8 *data, gsize n, gsize *ret_n)
{
  char *text = NULL;
#if HAVE_UCHARDET
  uchardet_t guess = uchardet_new ();

  if (guess && uchardet_handle_data (guess, (const char *) data, MIN (n, 1 << 20)) == 0)
    {
      uchardet_data_end (guess);
      if (has_pairs (uchardet_get_charset (guess)) || !is_pairs (data, n))
        text = convert_named (uchardet_get_charset (guess), data, n, ret_n);
    }
  if (guess)
    uchardet_delete (guess);
#endif
  return text ? text : convert_named ("GB18030", data, n, ret_n);
}

/* A picture or a program, in a set that has a character for every byte. */
static gboolean
is_text (const char *text, gsize n)
{
  gsize n_controls = 0;

  for (gsize i = 0; i < n; i++)
    {
      guchar c = text[i];

      if (c == 0)
        return FALSE;
      n_controls += c < 0x20 && !(c >= '\b' && c <= '\r') && c != 0x1b;
    }
  return n_controls <= n / MAX_CONTROLS;
}

/* Sets with several bytes a character tell by their mark. */
static const char *
find_mark (const guint8 *data, gsize n, gsize *ret_skip)
{
  static const struct
  {
    const char *mark;
    gsize n;
    const char *set;
  } marks[] = {
    { "\xff\xfe\0\0", 4, "UTF-32LE" }, { "\0\0\xfe\xff", 4, "UTF-32BE" }, { "\xef\xbb\xbf", 3, "UTF-8" },
    { "\xff\xfe", 2, "UTF-16LE" },     { "\xfe\xff", 2, "UTF-16BE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (n >= marks[i].n && memcmp (data, marks[i].mark, marks[i].n) == 0)
      {
        *ret_skip = marks[i].n;
        return marks[i].set;
      }
  *ret_skip = 0;
  return NULL;
}

char *
read_text_decode (const guint8 *data, gsize n, gsize *ret_n)
{
  gsize skip;
  const char *set = find_mark (data, n, &skip);
  char *text = NULL;

  data += skip;
  n -= skip;
  if (set && !g_str_equal (set, "UTF-8"))
    text = convert_named (set, data, n, ret_n);
  else if (memchr (data, 0, n))
    return NULL;
  else if (g_utf8_validate ((const char *) data, n, NULL))
    text = g_strndup ((const char *) data, *ret_n = n);
  else
    text = convert_guessed (data, n, ret_n);
  if (text && !is_text (text, *ret_n))
    g_clear_pointer (&text, g_free);
  return text;
}

void
read_text (const guint8 *data, gsize n)
{
  g_autofree char *text = NULL;
  gsize n_text = 0;

  if (n > DOCUMENT_MAX_TEXT)
    read_out_fail (DOCUMENT_WORD_LONG);
  text = read_text_decode (data, n, &n_text);
  if (!text)
    read_out_fail (DOCUMENT_WORD_UNKNOWN);
  read_out_raw (text, n_text);
}
