/* document.c: the contents of a document
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/documents.h"

#include <string.h>

GQuark
document_error_quark (void)
{
  return g_quark_from_static_string ("document-error-quark");
}

void
document_free_password (char *password)
{
  if (password)
    explicit_bzero (password, strlen (password));
  g_free (password);
}

void
document_free (Document *document)
{
  if (!document)
    return;
  for (guint i = 0; i < document->blocks->len; i++)
    g_free (g_array_index (document->blocks, DocumentBlock, i).text);
  g_array_unref (document->blocks);
  g_free (document->type);
  g_free (document->text);
  g_free (document);
}

char *
document_dup_text (const Document *document)
{
  GString *text = g_string_new (NULL);
  guint page = 0;

  for (guint i = 0; i < document->blocks->len; i++)
    {
      const DocumentBlock *block = &g_array_index (document->blocks, DocumentBlock, i);

      if (block->page != page)
        g_string_append_printf (text, "%s[Page %u]", i ? "\n\n" : "", page = block->page);
      if (text->len)
        g_string_append (text, "\n\n");
      for (guint level = 0; level < block->level; level++)
        g_string_append_c (text, '#');
      if (block->level)
        g_string_append_c (text, ' ');
      g_string_append (text, block->text);
    }
  return g_string_free (text, FALSE);
}

/* A fence longer than any run of backquotes in the text, so that the text cannot end it. */
static char *
fence_for (const char *text)
{
  gsize longest = 2, run = 0;

  for (const char *p = text; *p; p++)
    {
      run = *p == '`' ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  return g_strnfill (longest + 1, '`');
}

char *
document_quote (const char *name, const char *text)
{
  g_autofree char *fence = fence_for (text);

  return g_strdup_printf ("%s\n%s\n%s%s%s\n\n", name, fence, text, g_str_has_suffix (text, "\n") ? "" : "\n", fence);
}
