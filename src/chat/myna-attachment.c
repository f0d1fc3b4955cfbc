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
#define MAX_SHORT           (1 << 16) /* bytes: no text as long as this is given whole */
#define USUAL_PASSAGE_BYTES 1280      /* with its heading and place; see store-passage.c */
#define MAX_BEGINNING       1000

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
  g_free (attachment->type);
  g_free (attachment->document);
  g_free (attachment);
}

gsize
myna_attachment_get_size (const MynaAttachment *attachment)
{
  return MAX (attachment->n_bytes, strlen (attachment->text));
}

char *
myna_attachment_describe (const MynaAttachment *attachment)
{
  g_autofree char *size = g_format_size (myna_attachment_get_size (attachment));
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

/* What a byte takes in a string. */
static gsize
get_width (guchar c)
{
  return c == '"' || c == '\\' || c == '\n' ? 2 : c < ' ' ? 6 : 1;
}

/* A text may have 50 MB, a table of it every second a quotation mark, and the window waits: there is room before anything is
 * written. */
static void
append_string (GString *out, const char *text, gsize n)
{
  gsize start = out->len, n_written = 2;
  char *at;

  for (gsize i = 0; i < n; i++)
    n_written += get_width ((guchar) text[i]);
  g_string_set_size (out, start + n_written);
  at = out->str + start;
  *at++ = '"';
  for (gsize i = 0; i < n; i++)
    switch (get_width ((guchar) text[i]))
      {
      case 1: *at++ = text[i]; break;
      case 2:
        *at++ = '\\';
        *at++ = text[i] == '\n' ? 'n' : text[i];
        break;
      default: at += g_snprintf (at, 7, "\\u%04x", (guchar) text[i]);
      }
  *at = '"';
}

/* The beginning of a text, in whole characters. */
static gsize
cut (const char *text, gsize max)
{
  gsize n = strlen (text);

  return n <= max ? n : (gsize) (g_utf8_find_prev_char (text, text + max + 1) - text);
}

static char *
to_json (GPtrArray *attachments, gsize max)
{
  GString *out;

  if (!attachments || attachments->len == 0)
    return NULL;
  out = g_string_new ("[");
  for (guint i = 0; i < attachments->len; i++)
    {
      const MynaAttachment *attachment = g_ptr_array_index (attachments, i);

      g_string_append (out, i ? ", {\"name\": " : "{\"name\": ");
      append_string (out, attachment->name, strlen (attachment->name));
      g_string_append (out, ", \"text\": ");
      append_string (out, attachment->text, cut (attachment->text, max));
      if (attachment->n_pages)
        g_string_append_printf (out, ", \"pages\": \"%u\"", attachment->n_pages);
      if (attachment->type)
        {
          g_string_append (out, ", \"type\": ");
          append_string (out, attachment->type, strlen (attachment->type));
        }
      if (attachment->document)
        {
          g_string_append_printf (out, ", \"bytes\": \"%zu\", \"document\": ", attachment->n_bytes);
          append_string (out, attachment->document, strlen (attachment->document));
        }
      if (attachment->use)
        g_string_append_printf (out, ", \"use\": \"%s\"", attachment->use == STORE_USE_WHOLE ? "whole" : "passages");
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

char *
myna_attachments_to_json (GPtrArray *attachments)
{
  return to_json (attachments, G_MAXSIZE - 1);
}

char *
myna_attachments_to_short_json (GPtrArray *attachments)
{
  return to_json (attachments, MAX_SHORT);
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

/* What of a string needs no reading: bytes, and simple escapes where no letter is wanted.  Returns how many bytes that is. */
static gsize
skip_plain (const char **p, gboolean and_escapes)
{
  gsize n = 0;

  for (;; n++)
    if (**p == '\\' && and_escapes && (*p)[1] && strchr ("\"\\/bfnrt", (*p)[1]))
      *p += 2;
    else if (**p && **p != '"' && **p != '\\')
      (*p)++;
    else
      return n;
}

/* The beginning of at most max bytes or a character more, and how many there are. */
static char *
read_string (const char **p, gsize max, gsize *ret_bytes)
{
  g_autoptr (GString) out = NULL;

  *ret_bytes = 0;
  if (!skip (p, '"'))
    return NULL;
  out = g_string_new (NULL);
  while (**p != '"')
    {
      const char *start = *p;
      gsize before = out->len, n = skip_plain (p, before >= max);

      *ret_bytes += n;
      g_string_append_len (out, start, (gssize) MIN (n, max - MIN (before, max)));
      if (!**p)
        return NULL;
      if (**p != '\\')
        continue;
      (*p)++;
      before = out->len;
      if (!read_escape (p, out))
        return NULL;
      *ret_bytes += out->len - before;
      if (before >= max)
        g_string_truncate (out, before);
    }
  (*p)++;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* What a member says; of a name that is known already, the first counts. */
static void
take_member (MynaAttachment *attachment, const char *key, char **value)
{
  if (g_str_equal (key, "name") && !attachment->name)
    attachment->name = store_tame_name (*value);
  else if (g_str_equal (key, "text") && !attachment->text)
    attachment->text = g_steal_pointer (value);
  else if (g_str_equal (key, "document") && !attachment->document)
    attachment->document = g_steal_pointer (value);
  else if (g_str_equal (key, "bytes"))
    attachment->n_bytes = g_ascii_strtoull (*value, NULL, 10);
  else if (g_str_equal (key, "pages"))
    attachment->n_pages = MIN (g_ascii_strtoull (*value, NULL, 10), G_MAXINT);
  else if (g_str_equal (key, "type") && !attachment->type)
    attachment->type = g_steal_pointer (value);
  else if (g_str_equal (key, "use"))
    attachment->use = g_str_equal (*value, "whole")      ? STORE_USE_WHOLE
                      : g_str_equal (*value, "passages") ? STORE_USE_PASSAGES
                                                         : STORE_USE_UNDECIDED;
}

static MynaAttachment *
read_attachment (const char **p, gsize max)
{
  g_autoptr (MynaAttachment) attachment = g_new0 (MynaAttachment, 1);
  gsize n_bytes, n_text = 0;

  if (!skip (p, '{'))
    return NULL;
  do
    {
      g_autofree char *key = read_string (p, G_MAXSIZE, &n_bytes);
      g_autofree char *value = NULL;

      if (!key || !skip (p, ':') || !(value = read_string (p, g_str_equal (key, "text") ? max : G_MAXSIZE, &n_bytes)))
        return NULL;
      if (g_str_equal (key, "text") && !attachment->text)
        n_text = n_bytes;
      take_member (attachment, key, &value);
    }
  while (skip (p, ','));
  if (!skip (p, '}') || !attachment->name || !attachment->text)
    return NULL;
  if (!attachment->document)
    attachment->n_bytes = n_text;
  return g_steal_pointer (&attachment);
}

static GPtrArray *
from_json (const char *json, gsize max)
{
  GPtrArray *attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  const char *p = json;

  if (!json || !skip (&p, '['))
    return attachments;
  do
    {
      MynaAttachment *attachment = read_attachment (&p, max);

      if (!attachment)
        break;
      g_ptr_array_add (attachments, attachment);
    }
  while (attachments->len < MYNA_ATTACHMENTS_MAX && skip (&p, ','));
  return attachments;
}

GPtrArray *
myna_attachments_from_json (const char *json)
{
  return from_json (json && g_utf8_validate (json, -1, NULL) ? json : NULL, G_MAXSIZE);
}

GPtrArray *
myna_attachments_list (const char *json)
{
  GPtrArray *attachments = from_json (json, MAX_SHORT);

  for (guint i = 0; i < attachments->len; i++)
    {
      MynaAttachment *attachment = attachments->pdata[i];
      const char *end;

      if (!g_utf8_validate (attachment->text, -1, &end))
        attachment->text[end - attachment->text] = '\0';
    }
  return attachments;
}

char *
myna_attachments_describe (const char *json)
{
  g_autoptr (GPtrArray) attachments = myna_attachments_list (json);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < attachments->len; i++)
    {
      MynaAttachment *attachment = g_ptr_array_index (attachments, i);
      g_autofree char *size = myna_attachment_describe (attachment);

      g_string_append_printf (names, "%s%s · %s", i ? "\n" : "", attachment->name, size);
    }
  return g_string_free (names, FALSE);
}

/* What a program reads: where it is, its beginning, and how much more there is. */
static void
append_beginning (GString *out, const MynaAttachment *attachment)
{
  glong n_chars = g_utf8_strlen (attachment->text, -1), n = MIN (n_chars, MAX_BEGINNING);
  gsize n_more = myna_attachment_get_size (attachment) - strlen (attachment->text);
  const char *end = g_utf8_offset_to_pointer (attachment->text, n);
  g_autofree char *beginning = g_strndup (attachment->text, end - attachment->text);
  g_autofree char *name = myna_attachment_dup_file_name (attachment->name);
  g_autofree char *path = g_strconcat ("/mnt/data/", name, NULL);
  g_autofree char *quoted = document_quote (path, beginning);

  g_string_append (out, quoted);
  if (n_chars <= n && n_more == 0)
    return;
  g_string_truncate (out, out->len - 1);
  if (n_more > 0)
    g_string_append_printf (out, "[… some %zu bytes more]\n\n", n_more + strlen (end));
  else
    g_string_append_printf (out, "[… %ld characters more]\n\n", n_chars - n);
}

/* ---- Passages --------------------------------------------------------------------------------------------------- */

StoreGive
myna_attachments_plan (int context_length, gint64 message_id, gint64 prompt_from)
{
  StoreGive give = { .message_id = message_id, .prompt_from = prompt_from };

  document_plan (context_length, &give.whole_bytes, &give.passage_bytes);
  return give;
}

char *
myna_passage_describe (const StorePassage *passage)
{
  /* Translators: where something stands in a document; %s is its name, %u a page */
  g_autofree char *place =
      passage->page ? g_strdup_printf (_ ("%s, page %u"), passage->name, passage->page) : g_strdup (passage->name);

  return *passage->heading ? g_strdup_printf ("%s, %s", place, passage->heading) : g_steal_pointer (&place);
}

char *
myna_passages_describe (GPtrArray *passages, guint first)
{
  GString *all = g_string_new (NULL);

  for (guint i = first; i < passages->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (passages, i);
      g_autofree char *place = myna_passage_describe (passage);

      g_string_append_printf (all, "[%u] %s\n", passage->number, place);
    }
  return g_string_free (all, FALSE);
}

static void
append_passages (GString *out, GPtrArray *given)
{
  for (guint i = 0; i < given->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (given, i);

      document_append_passage (out, &(DocumentPassage){ passage->number, passage->page, passage->name, passage->heading,
                                                        passage->text });
    }
}

char *
myna_passages_quote (GPtrArray *given)
{
  GString *out = g_string_new (NULL);

  append_passages (out, given);
  return g_string_free (out, FALSE);
}

/* Its text is in the passages that are given. */
static gboolean
is_given (const MynaAttachment *attachment, GPtrArray *given)
{
  for (guint i = 0; given && i < given->len; i++)
    if (g_str_equal (((StorePassage *) given->pdata[i])->name, attachment->name))
      return TRUE;
  return FALSE;
}

static void
append_attachment (GString *out, const MynaAttachment *attachment, GPtrArray *given)
{
  g_autofree char *quoted = NULL;

  if (attachment->use == STORE_USE_PASSAGES)
    document_append_long (out, attachment->name);
  else if (attachment->use != STORE_USE_WHOLE || !attachment->type || g_str_equal (attachment->type, "text")
           || !is_given (attachment, given))
    {
      quoted = document_quote (attachment->name, attachment->text);
      g_string_append (out, quoted);
    }
}

char *
myna_attachments_prepend (const char *json, GPtrArray *given, const char *text, gboolean as_files)
{
  g_autoptr (GPtrArray) attachments = NULL;
  GString *out;

  if (!json && !given)
    return g_strdup (text);
  attachments = myna_attachments_from_json (json);
  out = g_string_new (NULL);
  for (guint i = 0; i < attachments->len; i++)
    if (as_files)
      append_beginning (out, g_ptr_array_index (attachments, i));
    else
      append_attachment (out, g_ptr_array_index (attachments, i), given);
  if (given)
    {
      append_passages (out, given);
      document_append_citing (out, text);
    }
  g_string_append (out, text);
  return g_string_free (out, FALSE);
}

gboolean
myna_attachments_are_long (const char *json, int context_length)
{
  StoreGive plan = myna_attachments_plan (context_length, 0, 0);
  g_autoptr (GPtrArray) attachments = myna_attachments_list (json);
  gsize n = 0;

  for (guint i = 0; i < attachments->len; i++)
    n += myna_attachment_get_size (attachments->pdata[i]);
  return n > plan.whole_bytes;
}

gboolean
myna_passages_fit (int context_length)
{
  return myna_attachments_plan (context_length, 0, 0).passage_bytes >= USUAL_PASSAGE_BYTES;
}

char *
myna_attachments_foresee (const char *json, const char *text, int context_length, gboolean as_files)
{
  /* Passages always fit. */
  return as_files || !myna_attachments_are_long (json, context_length) ? myna_attachments_prepend (json, NULL, text, as_files)
                                                                       : g_strdup (text);
}
