/* fixture-gpt4all.c: a chat as GPT4All writes it, from the description in store-import-gpt4all.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fixture-gpt4all.h"

static void
put_number (GByteArray *out, guint64 value, int n_bytes)
{
  for (int i = n_bytes - 1; i >= 0; i--)
    {
      guint8 byte = value >> (8 * i);

      g_byte_array_append (out, &byte, 1);
    }
}

static void
put_text (GByteArray *out, const char *text)
{
  glong n;
  g_autofree gunichar2 *utf16 = text ? g_utf8_to_utf16 (text, -1, NULL, &n, NULL) : NULL;

  if (!text)
    {
      put_number (out, 0xffffffff, 4);
      return;
    }
  put_number (out, n * 2, 4);
  for (glong i = 0; i < n; i++)
    put_number (out, utf16[i], 2);
}

static void
put_item (GByteArray *out, int version, const char *name, const char *text)
{
  put_number (out, 0, 4);
  put_text (out, name);
  put_text (out, text);
  if (version < 10)
    put_text (out, NULL);
  put_number (out, 0, 5);
  if (version >= 11 && g_str_equal (name, "Response: "))
    put_number (out, 0, 1);
  put_number (out, 1, 8);
  for (int i = 0; i < 7; i++)
    put_text (out, "source");
  put_number (out, 1, 4);
  put_number (out, 2, 4);
  put_number (out, 3, 4);
  if (version >= 10)
    {
      put_number (out, 1, 8);
      put_number (out, 3, 4);
      g_byte_array_append (out, (const guint8 *) "url", 3);
      put_number (out, 0, 4);
    }
}

GByteArray *
fixture_gpt4all_new (int version)
{
  GByteArray *out = g_byte_array_new ();

  put_number (out, 0xf5d553cc, 4);
  put_number (out, version, 4);
  put_number (out, 1700000000, 8);
  put_text (out, "id-1");
  put_text (out, "Llama 对话");
  put_text (out, NULL);
  put_text (out, "Llama-3");
  put_number (out, 1, 4);
  put_text (out, "collection");
  if (version < 11)
    {
      put_number (out, 0, 1);
      put_number (out, 2, 4);
      put_number (out, 0, 4);
      put_text (out, "");
      put_text (out, "");
      put_number (out, 0, 4);
    }
  put_number (out, 2, 4);
  put_item (out, version, "Prompt: ", "你好 😀");
  put_item (out, version, "Response: ", "Hello");
  return out;
}
