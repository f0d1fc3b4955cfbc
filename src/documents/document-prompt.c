/* document-prompt.c: documents as models are given them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/documents.h"
#include "text/text-page.h"

/* A token has some three and a half bytes in English, Chinese and code alike; more is safe. */
#define BYTES_PER_TOKEN 3.5
#define CONTEXT         8192 /* where it is not known */
#define MAX_WHOLE \
  16384 /* tokens, some forty pages: more would take too long before the first word, unless a person wants it so */
#define MAX_PASSAGES 2048

void
document_plan (int context_length, gsize *ret_whole_bytes, gsize *ret_passage_bytes)
{
  int context = context_length > 0 ? context_length : CONTEXT;

  *ret_whole_bytes = (gsize) (MIN (context * 3 / 8, MAX_WHOLE) * BYTES_PER_TOKEN);
  *ret_passage_bytes = (gsize) (MIN (context / 4, MAX_PASSAGES) * BYTES_PER_TOKEN);
}

void
document_append_long (GString *out, const char *name)
{
  g_string_append_printf (out, "%s is long: passages of it are given where they matter.\n\n", name);
}

void
document_append_passage (GString *out, const DocumentPassage *passage)
{
  g_autoptr (GString) place = g_string_new (NULL);
  g_autofree char *text = g_strdup (passage->page ? text_skip_page_mark (passage->text) : passage->text), *quoted = NULL;

  g_string_printf (place, "[%u] %s", passage->number, passage->name);
  if (passage->page)
    g_string_append_printf (place, ", page %u", passage->page);
  if (*passage->heading)
    g_string_append_printf (place, ", %s", passage->heading);
  quoted = document_quote (place->str, g_strchomp (text));
  g_string_append (out, quoted);
}

static gboolean
is_chinese (const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    if (g_unichar_get_script (g_utf8_get_char (p)) == G_UNICODE_SCRIPT_HAN)
      return TRUE;
  return FALSE;
}

void
document_append_citing (GString *out, const char *question)
{
  g_string_append (
      out, is_chinese (question)
               ? "请根据以上段落回答，并在每个说法后面用 [1] 这样的编号注明所依据的段落。如果段落中没有答案，请直接说明。\n\n"
               : "Answer from the passages above. Behind each statement put the number of its passage, like [1]. If the "
                 "passages do not contain the answer, say so.\n\n");
}
