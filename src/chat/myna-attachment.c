/* myna-attachment.c: files that belong to a question
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The JSON is a flat array of objects with string members, so a reader of exactly that is all there is.
 */
#include "chat/myna-attachment.h"

#include <glib/gi18n.h>
#include <string.h>

#include "documents/documents.h"
#include "storage/storage.h"

/* Characters of a file that a program reads. */
#define MAX_BEGINNING 1000

MynaAttachment *
myna_attachment_new (const char *name, const char *text)
{
  MynaAttachment *self = g_new0 (MynaAttachment, 1);

  self->name = store_tame_name (name);
  self->text = g_strdup (text);
  return self;
}

void
myna_attachment_free (MynaAttachment *attachment)
{
  if (!attachment)
    return;
  g_free (attachment->name);
  g_free (attachment->text);
  g_free (attachment);
}

char *
myna_attachment_describe (const MynaAttachment *attachment)
{
  g_autofree char *size = g_format_size (strlen (attachment->text));
  g_autofree char *pages = NULL;

  if (!attachment->n_pages)
    return g_steal_pointer (&size);
  pages = g_strdup_printf (ngettext ("%u page", "%u pages", attachment->n_pages), attachment->n_pages);
  return g_strdup_printf ("%s · %s", pages, size);
}

char *
myna_attachment_dup_file_name (const char *name)
{
  static const char *const ends[] = { ".pdf",  ".odt",  ".ods",  ".odp",  ".docx", ".docm", ".pptx",
                                      ".xlsx", ".xlsm", ".epub", ".html", ".htm",  ".xhtml" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (lower, ends[i]))
      return g_strconcat (name, ".md", NULL);
  return g_strdup (name);
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p; p++)
    {
      guchar c = *p;

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c < 0x20)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, c);
    }
  g_string_append_c (out, '"');
}

char *
myna_attachments_to_json (GPtrArray *attachments)
{
  GString *out;

  if (!attachments || attachments->len == 0)
    return NULL;
  out = g_string_new ("[");
  for (guint i = 0; i < attachments->len; i++)
    {
      const MynaAttachment *attachment = g_ptr_array_index (attachments, i);

      g_string_append (out, i ? ", {\"name\": " : "{\"name\": ");
      append_string (out, attachment->name);
      g_string_append (out, ", \"text\": ");
      append_string (out, attachment->text);
      if (attachment->n_pages)
        g_string_append_printf (out, ", \"pages\": \"%u\"", attachment->n_pages);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static gboolean
skip (const char **p, char expected)
{
  while (**p && strchr (" \t\r\n", **p))
    (*p)++;
  if (**p != expected)
    return FALSE;
  (*p)++;
  return TRUE;
}

/* Four hexadecimal digits. */
static gboolean
read_hex (const char **p, gunichar *ret_value)
{
  gunichar value = 0;

  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (**p))
        return FALSE;
      value = value << 4 | g_ascii_xdigit_value (*(*p)++);
    }
  *ret_value = value;
  return TRUE;
}

/* What follows a backslash. */
static gboolean
read_escape (const char **p, GString *out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  gunichar c, low;
  const char *at;

  if (**p && (at = strchr (from, **p)))
    {
      g_string_append_c (out, to[at - from]);
      (*p)++;
      return TRUE;
    }
  if (*(*p)++ != 'u' || !read_hex (p, &c) || c == 0)
    return FALSE;
  if (c >= 0xd800 && c < 0xdc00)
    {
      if ((*p)[0] != '\\' || (*p)[1] != 'u')
        return FALSE;
      *p += 2;
      if (!read_hex (p, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  if (!g_unichar_validate (c))
    return FALSE;
  g_string_append_unichar (out, c);
  return TRUE;
}

static char *
read_string (const char **p)
{
  g_autoptr (GString) out = NULL;

  if (!skip (p, '"'))
    return NULL;
  out = g_string_new (NULL);
  while (**p != '"')
    {
      if (!**p)
        return NULL;
      if (**p == '\\')
        {
          (*p)++;
          if (!read_escape (p, out))
            return NULL;
        }
      else
        g_string_append_c (out, *(*p)++);
    }
  (*p)++;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static MynaAttachment *
read_attachment (const char **p)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  MynaAttachment *attachment;
  guint n_pages = 0;

  if (!skip (p, '{'))
    return NULL;
  do
    {
      g_autofree char *key = read_string (p);
      g_autofree char *value = NULL;

      if (!key || !skip (p, ':') || !(value = read_string (p)))
        return NULL;
      if (g_str_equal (key, "name") && !name)
        name = g_steal_pointer (&value);
      else if (g_str_equal (key, "text") && !text)
        text = g_steal_pointer (&value);
      else if (g_str_equal (key, "pages"))
        n_pages = MIN (g_ascii_strtoull (value, NULL, 10), G_MAXINT);
    }
  while (skip (p, ','));
  if (!skip (p, '}') || !name || !text)
    return NULL;
  attachment = myna_attachment_new (name, text);
  attachment->n_pages = n_pages;
  return attachment;
}

GPtrArray *
myna_attachments_from_json (const char *json)
{
  GPtrArray *attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  const char *p = json;

  if (!json || !g_utf8_validate (json, -1, NULL) || !skip (&p, '['))
    return attachments;
  do
    {
      MynaAttachment *attachment = read_attachment (&p);

      if (!attachment)
        break;
      g_ptr_array_add (attachments, attachment);
    }
  while (attachments->len < MYNA_ATTACHMENTS_MAX && skip (&p, ','));
  return attachments;
}

/* What a program reads: where it is, its beginning, and how much more there is. */
static void
append_beginning (GString *out, const MynaAttachment *attachment)
{
  glong n_chars = g_utf8_strlen (attachment->text, -1), n = MIN (n_chars, MAX_BEGINNING);
  const char *end = g_utf8_offset_to_pointer (attachment->text, n);
  g_autofree char *beginning = g_strndup (attachment->text, end - attachment->text);
  g_autofree char *name = myna_attachment_dup_file_name (attachment->name);
  g_autofree char *path = g_strconcat ("/mnt/data/", name, NULL);
  g_autofree char *quoted = document_quote (path, beginning);

  g_string_append (out, quoted);
  if (n_chars <= n)
    return;
  g_string_truncate (out, out->len - 1);
  g_string_append_printf (out, "[… %ld characters more]\n\n", n_chars - n);
}

char *
myna_attachments_prepend (const char *json, const char *text, gboolean as_files)
{
  g_autoptr (GPtrArray) attachments = NULL;
  GString *out;

  if (!json)
    return g_strdup (text);
  attachments = myna_attachments_from_json (json);
  out = g_string_new (NULL);
  for (guint i = 0; i < attachments->len; i++)
    {
      const MynaAttachment *attachment = g_ptr_array_index (attachments, i);
      g_autofree char *quoted = as_files ? NULL : document_quote (attachment->name, attachment->text);

      if (as_files)
        append_beginning (out, attachment);
      else
        g_string_append (out, quoted);
    }
  g_string_append (out, text);
  return g_string_free (out, FALSE);
}
