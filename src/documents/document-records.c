/* document-records.c: what the process that reads documents says, piece by piece
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/document-records.h"

#include <stdio.h>
#include <string.h>

#include "documents/wire.h"

#define MAX_HEAD   64
#define MAX_TYPE   16
#define MAX_BLOCKS 2000000

struct DocumentRecords
{
  GByteArray *bytes; /* of the record that is not whole */
  Document *document;
  guint page;
  gboolean ended;
};

static const struct
{
  const char *word;
  DocumentError code;
  const char *message;
} words[] = {
  { DOCUMENT_WORD_ENCRYPTED, DOCUMENT_ERROR_ENCRYPTED, "it is encrypted" },
  { DOCUMENT_WORD_PASSWORD, DOCUMENT_ERROR_PASSWORD, "it asks for a password" },
  { DOCUMENT_WORD_NO_TEXT, DOCUMENT_ERROR_NO_TEXT, "it has no text" },
  { DOCUMENT_WORD_DAMAGED, DOCUMENT_ERROR_DAMAGED, "it is damaged" },
  { DOCUMENT_WORD_PAGES, DOCUMENT_ERROR_PAGES, "it has more than 2,000 pages" },
  { DOCUMENT_WORD_LONG, DOCUMENT_ERROR_LONG, "it has more than 50 MB of text" },
  { DOCUMENT_WORD_LARGE, DOCUMENT_ERROR_LARGE, "it is too large" },
  { DOCUMENT_WORD_UNKNOWN, DOCUMENT_ERROR_UNKNOWN, "documents of this type are not read" },
  { DOCUMENT_WORD_OLD, DOCUMENT_ERROR_OLD, "RTF and older Office files are not read" },
  { DOCUMENT_WORD_LEFT_OUT, DOCUMENT_ERROR_LEFT_OUT, "this build does not read documents of this type" },
  { DOCUMENT_WORD_LOCK, DOCUMENT_ERROR_NO_READER, "the process that reads documents cannot be locked away" },
};

DocumentRecords *
document_records_new (void)
{
  DocumentRecords *self = g_new0 (DocumentRecords, 1);

  self->bytes = g_byte_array_new ();
  self->document = g_new0 (Document, 1);
  self->document->blocks = g_array_new (FALSE, FALSE, sizeof (DocumentBlock));
  return self;
}

void
document_records_free (DocumentRecords *self)
{
  if (!self)
    return;
  g_byte_array_unref (self->bytes);
  document_free (self->document);
  g_free (self);
}

static gboolean
fail (GError **error)
{
  g_set_error_literal (error, DOCUMENT_ERROR, DOCUMENT_ERROR_DAMAGED, "it is damaged");
  return FALSE;
}

/* ---- One record ------------------------------------------------------------------------------------------------- */

static gboolean
take_error (const char *text, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (text, words[i].word) && text[strlen (words[i].word)] == ' ')
      {
        g_set_error_literal (error, DOCUMENT_ERROR, words[i].code, words[i].message);
        return FALSE;
      }
  return fail (error);
}

/* Takes the text. */
static gboolean
take_block (DocumentRecords *self, guint level, char *text, GError **error)
{
  DocumentBlock block = { self->page, level, text };

  self->document->n_bytes += strlen (text);
  g_array_append_val (self->document->blocks, block);
  return (self->document->n_bytes <= DOCUMENT_MAX_TEXT && self->document->blocks->len <= MAX_BLOCKS) || fail (error);
}

/* Goes on where the block before ended; what has several pieces is one text only at the end. */
static gboolean
take_raw (DocumentRecords *self, char *text, GError **error)
{
  GArray *blocks = self->document->blocks;
  DocumentBlock *last = blocks->len ? &g_array_index (blocks, DocumentBlock, blocks->len - 1) : NULL;
  gsize n_last, n;

  if (!last || last->page != self->page || last->level)
    return take_block (self, 0, text, error);
  n_last = strlen (last->text);
  n = strlen (text);
  last->text = g_realloc (last->text, n_last + n + 1);
  memcpy (last->text + n_last, text, n + 1);
  g_free (text);
  self->document->n_bytes += n;
  return self->document->n_bytes <= DOCUMENT_MAX_TEXT || fail (error);
}

static gboolean
take_page (DocumentRecords *self, guint number, GError **error)
{
  if (number != self->page + 1 || number > DOCUMENT_MAX_PAGES)
    return fail (error);
  self->page = self->document->n_pages = number;
  return TRUE;
}

static gboolean
take (DocumentRecords *self, const char *kind, guint number, const char *bytes, gsize n, GError **error)
{
  char *text;

  if (!g_utf8_validate (bytes, n, NULL))
    return fail (error);
  if (g_str_equal (kind, "page") && n == 0)
    return take_page (self, number, error);
  if (g_str_equal (kind, "end") && n == 0)
    return self->ended = TRUE;
  if (n == 0)
    return fail (error);
  text = g_strndup (bytes, n);
  if (g_str_equal (kind, "heading") && number >= 1 && number <= DOCUMENT_MAX_LEVEL)
    return take_block (self, number, text, error);
  if (g_str_equal (kind, "text"))
    return take_block (self, 0, text, error);
  if (g_str_equal (kind, "raw"))
    return take_raw (self, text, error);
  if (g_str_equal (kind, "type") && !self->document->type && n <= MAX_TYPE)
    {
      self->document->type = text;
      return TRUE;
    }
  if (g_str_equal (kind, "error"))
    take_error (text, error);
  else
    fail (error);
  g_free (text);
  return FALSE;
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

/* The first line so far.  FALSE: malformed.  ret_n_head 0: it is incomplete. */
static gboolean
read_head (GByteArray *bytes, gsize start, char ret_kind[16], guint *ret_number, gsize *ret_n, gsize *ret_n_head)
{
  const char *from = (const char *) bytes->data + start;
  gsize n = MIN (bytes->len - start, MAX_HEAD);
  const char *end = n ? memchr (from, '\n', n) : NULL;
  char line[MAX_HEAD + 1];
  guint length;
  int read = 0;

  *ret_n_head = 0;
  if (!end)
    return n < MAX_HEAD;
  memcpy (line, from, end - from);
  line[end - from] = '\0';
  if (sscanf (line, "%15[a-z] %7u %7u%n", ret_kind, ret_number, &length, &read) != 3 || line[read]
      || length > DOCUMENT_MAX_RECORD)
    return FALSE;
  *ret_n = length;
  *ret_n_head = end - from + 1;
  return TRUE;
}

gboolean
document_records_add (DocumentRecords *self, const char *bytes, gsize n, GError **error)
{
  gsize start = 0;

  g_byte_array_append (self->bytes, (const guint8 *) bytes, n);
  for (;;)
    {
      char kind[16];
      guint number;
      gsize length, n_head;

      if (!read_head (self->bytes, start, kind, &number, &length, &n_head))
        return fail (error);
      if (!n_head || self->bytes->len - start - n_head < length)
        break;
      if (self->ended)
        return fail (error);
      if (!take (self, kind, number, (const char *) self->bytes->data + start + n_head, length, error))
        return FALSE;
      start += n_head + length;
    }
  g_byte_array_remove_range (self->bytes, 0, start);
  return TRUE;
}

Document *
document_records_finish (DocumentRecords *self, GError **error)
{
  if (!self->ended || self->bytes->len || !self->document->type || self->document->blocks->len == 0)
    {
      fail (error);
      return NULL;
    }
  return g_steal_pointer (&self->document);
}
