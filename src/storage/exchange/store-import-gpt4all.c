/* store-import-gpt4all.c: GPT4All's .chat files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One conversation a file, written with Qt's QDataStream: numbers big-endian, bool one byte, a string as its length
 * in bytes (0xffffffff: none) and UTF-16BE.  Versions 8 to 12:
 *
 *   u32 magic f5d553cc, i32 version
 *   i64 seconds since 1970, str id, str name, str user name, str model, list of str (u32 count)
 *   before 11: bool with context (TRUE is refused), i32 model type, i32 0, str, str, u32
 *   i32 count, then each message:
 *     i32, str "Prompt: " or "Response: ", str text, before 10: str, bool × 5, from 11 a response: bool error
 *     i64 count of sources, each 7 str and 3 i32
 *     from 10: i64 count of attachments, each: bytes URL, bytes content
 */
#include "exchange/store-import-gpt4all.h"

#define GPT4ALL_OLDEST 8
#define GPT4ALL_NEWEST 12

typedef struct
{
  StoreReader base;
  StoreWhole *whole; /* NULL: given */
} Gpt4allReader;

typedef struct
{
  const guchar *p, *end;
  gboolean is_bad; /* something did not fit: all that is read from then on is 0 or NULL */
} Cursor;

static guint64
take_number (Cursor *self, int n_bytes)
{
  guint64 value = 0;

  if (self->end - self->p < n_bytes)
    {
      self->is_bad = TRUE;
      self->p = self->end;
      return 0;
    }
  for (int i = 0; i < n_bytes; i++)
    value = value << 8 | *self->p++;
  return value;
}

static const guchar *
take_bytes (Cursor *self, gsize *ret_n_bytes)
{
  guint32 n = take_number (self, 4);
  const guchar *start = self->p;

  *ret_n_bytes = 0;
  if (n == 0xffffffff)
    return start;
  if (n > (gsize) (self->end - self->p))
    {
      self->is_bad = TRUE;
      self->p = self->end;
      return start;
    }
  self->p += n;
  *ret_n_bytes = n;
  return start;
}

/* Never NULL. */
static char *
take_text (Cursor *self)
{
  gsize n_bytes;
  const guchar *bytes = take_bytes (self, &n_bytes);
  g_autofree gunichar2 *text = g_new (gunichar2, n_bytes / 2 + 1);
  char *utf8;

  for (gsize i = 0; i < n_bytes / 2; i++)
    text[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
  utf8 = g_utf16_to_utf8 (text, n_bytes / 2, NULL, NULL, NULL);
  self->is_bad |= !utf8 || n_bytes % 2;
  return utf8 ? utf8 : g_strdup ("");
}

static void
skip_texts (Cursor *self, guint64 n)
{
  for (; n > 0 && !self->is_bad; n--)
    {
      gsize n_bytes;

      take_bytes (self, &n_bytes);
    }
}

static gboolean
skip_context (Cursor *self, GError **error)
{
  if (take_number (self, 1))
    return store_import_invalid (error, "The file was saved with the model's memory, which cannot be read; save the chat"
                                        " without it in GPT4All");
  take_number (self, 4);
  take_number (self, 4);
  skip_texts (self, 2);
  take_number (self, 4);
  return TRUE;
}

static void
skip_sources (Cursor *self, StoreWhole *whole)
{
  for (guint64 n = take_number (self, 8); n > 0 && !self->is_bad; n--)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_PART, "source", 1);
      skip_texts (self, 7);
      take_number (self, 4);
      take_number (self, 4);
      take_number (self, 4);
    }
}

static gboolean
take_item (Cursor *self, StoreWhole *whole, int version, const char *model, GError **error)
{
  g_autofree char *name = (take_number (self, 4), take_text (self));
  g_autofree char *text = take_text (self);
  gboolean is_response = g_str_has_prefix (name, "Response");
  StoreMessage *message;

  if (version < 10)
    skip_texts (self, 1);
  for (int i = 0; i < 5 + (version >= 11 && is_response); i++)
    take_number (self, 1);
  skip_sources (self, whole);
  if (version >= 10)
    for (guint64 n = take_number (self, 8); n > 0 && !self->is_bad; n--)
      {
        store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_MEDIUM, "file", 1);
        skip_texts (self, 2);
      }
  if (self->is_bad)
    return store_import_invalid (error, "The file is not complete");
  if (!is_response && !g_str_has_prefix (name, "Prompt") && !g_str_has_prefix (name, "System"))
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return TRUE;
    }

  message = store_whole_add_last (whole,
                                  is_response    ? STORE_ROLE_ASSISTANT
                                  : *name == 'S' ? STORE_ROLE_SYSTEM
                                                 : STORE_ROLE_USER,
                                  text, error);
  if (message && is_response && *model)
    message->model = g_strdup (model);
  return message != NULL;
}

static gboolean
read_gpt4all (Cursor *self, StoreWhole *whole, GError **error)
{
  g_autofree char *id = NULL, *model = NULL;
  int version;
  guint64 n;

  take_number (self, 4);
  version = take_number (self, 4);
  if (version < GPT4ALL_OLDEST || version > GPT4ALL_NEWEST)
    return store_import_invalid (error, "Chats of this version of GPT4All cannot be read");
  whole->row->created_at = take_number (self, 8) * 1000;
  id = take_text (self);
  whole->source = "GPT4All";
  whole->origin = g_strconcat ("gpt4all:", id, NULL);
  g_free (whole->row->title);
  whole->row->title = take_text (self);
  skip_texts (self, 1);
  model = take_text (self);
  skip_texts (self, take_number (self, 4));
  if (version < 11 && !skip_context (self, error))
    return FALSE;
  for (n = take_number (self, 4); n > 0 && !self->is_bad; n--)
    if (!take_item (self, whole, version, model, error))
      return FALSE;
  return !self->is_bad || store_import_invalid (error, "The file is not complete");
}

static gboolean
gpt4all_next (StoreReader *reader, StoreWhole **ret_whole, GError **error)
{
  Gpt4allReader *self = (Gpt4allReader *) reader;

  *ret_whole = g_steal_pointer (&self->whole);
  return TRUE;
}

static void
gpt4all_free (StoreReader *reader)
{
  Gpt4allReader *self = (Gpt4allReader *) reader;

  store_whole_free (self->whole);
  g_free (self);
}

StoreReader *
store_gpt4all_reader_new (GInputStream *stream, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (StoreWhole) whole = store_whole_new ();
  g_autofree guchar *buffer = g_malloc (65536);
  Gpt4allReader *self;
  Cursor cursor;
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, 65536, NULL, error)) > 0 && bytes->len <= STORE_MAX_ELEMENT_BYTES)
    g_byte_array_append (bytes, buffer, n);
  if (n < 0)
    return NULL;
  if (bytes->len > STORE_MAX_ELEMENT_BYTES)
    {
      store_import_invalid (error, "The file is too large");
      return NULL;
    }
  cursor = (Cursor){ bytes->data, bytes->data + bytes->len };
  if (!read_gpt4all (&cursor, whole, error))
    return NULL;

  self = g_new0 (Gpt4allReader, 1);
  self->base.next = gpt4all_next;
  self->base.free = gpt4all_free;
  self->whole = g_steal_pointer (&whole);
  return &self->base;
}
