/* speech-parts.c: a text in pieces of one language, for the voices that read it aloud (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/speech-parts.h"

#include <string.h>

#define MAX_BYTES 600 /* of a piece: reading begins, and stops, soon */
#define MAX_WORDS 24  /* bytes of another script that do not change the voice */

static void
part_free (gpointer data)
{
  MynaSpeechPart *part = data;

  g_free (part->text);
  g_free (part);
}

const char *
myna_speech_get_other_language (void)
{
  static char language[4];
  const char *first = g_get_language_names ()[0];

  if (*language)
    return language;
  if (g_ascii_islower (first[0]) && g_ascii_islower (first[1]) && !g_ascii_isalpha (first[2]) && !g_str_has_prefix (first, "zh")
      && !g_str_has_prefix (first, "ja") && !g_str_has_prefix (first, "ko"))
    g_strlcpy (language, first, 3);
  else
    g_strlcpy (language, "en", sizeof language);
  return language;
}

/* NULL: it takes the language around it.  Chinese characters are Japanese where there is kana. */
static const char *
language_of (gunichar c, const char *other, gboolean has_kana)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN: return has_kana ? "ja" : "zh";
    case G_UNICODE_SCRIPT_BOPOMOFO: return "zh";
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA: return "ja";
    case G_UNICODE_SCRIPT_HANGUL: return "ko";
    case G_UNICODE_SCRIPT_COMMON:
    case G_UNICODE_SCRIPT_INHERITED:
    case G_UNICODE_SCRIPT_UNKNOWN: return NULL;
    default: return other;
    }
}

static gboolean
ends_sentence (gunichar c)
{
  return c == '\n' || c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xff01 || c == 0xff1f;
}

static gboolean
has_kana (const char *text)
{
  for (; *text; text = g_utf8_next_char (text))
    {
      GUnicodeScript script = g_unichar_get_script (g_utf8_get_char (text));

      if (script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA)
        return TRUE;
    }
  return FALSE;
}

/* What has no word in it is not read. */
static void
add (GPtrArray *parts, const char *text, gsize n_bytes, const char *language)
{
  MynaSpeechPart *part;
  gboolean words = FALSE;

  for (const char *p = text; p < text + n_bytes && !words; p = g_utf8_next_char (p))
    words = g_unichar_isalnum (g_utf8_get_char (p));
  if (!words)
    return;
  part = g_new (MynaSpeechPart, 1);
  *part = (MynaSpeechPart){ g_strstrip (g_strndup (text, n_bytes)), language };
  g_ptr_array_add (parts, part);
}

/* How far the script that begins here goes, if it is another one. */
static gsize
run_length (const char *p, const char *language, const char *other, gboolean kana)
{
  const char *start = p, *end = p;

  for (; *p; p = g_utf8_next_char (p))
    {
      const char *here = language_of (g_utf8_get_char (p), other, kana);

      if (here && strcmp (here, language) != 0)
        break;
      if (here)
        end = g_utf8_next_char (p);
      if (g_utf8_get_char (p) == '\n')
        break;
    }
  return (gsize) (end - start);
}

GPtrArray *
myna_speech_split (const char *text, const char *other)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (part_free);
  gboolean kana = has_kana (text);
  const char *start = text, *language = NULL;

  for (const char *p = text; *p;)
    {
      gunichar c = g_utf8_get_char (p);
      const char *here = language_of (c, other, kana);
      gboolean stays; /* a voice for Chinese reads a Latin word, but not the other way round */
      gsize length = here && language && strcmp (here, language) != 0 ? run_length (p, here, other, kana) : 0;

      stays = length > 0 && length <= MAX_WORDS && here == other && p[-1] != '\n';
      if (length > 0 && !stays)
        {
          add (parts, start, (gsize) (p - start), language);
          start = p;
          language = here;
        }
      else if (!language)
        {
          language = here;
        }
      p = stays ? p + length : g_utf8_next_char (p);
      if (ends_sentence (c) && p - start > MAX_BYTES / 4 && (c == '\n' || p - start > MAX_BYTES / 2))
        {
          add (parts, start, (gsize) (p - start), language ? language : other);
          start = p;
        }
      else if (p - start > 4 * MAX_BYTES)
        {
          add (parts, start, (gsize) (p - start), language ? language : other);
          start = p;
        }
    }
  add (parts, start, strlen (start), language ? language : other);
  return parts;
}
