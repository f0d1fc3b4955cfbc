/* store-slicer.c: a large JSON file in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exports of other programs are one array of thousands of conversations, hundreds of megabytes.  Only one of them is in
 * memory at a time: the slicer finds where a value ends (brackets and strings, nothing else), and JsonParser reads it.
 */
#include "exchange/store-slicer.h"

#include <string.h>

#include "exchange/store-reader.h"
#include "exchange/store-utf16.h"

#define BUFFER_BYTES 65536

/* clang-format off */
typedef enum { START, IN_OBJECT, IN_ARRAY, IN_MEMBER_ARRAY } State;
/* clang-format on */

struct _StoreSlicer
{
  GInputStream *stream;
  guchar raw[BUFFER_BYTES];
  GString *buffer; /* of it, as UTF-8 */
  gsize at;
  gint64 n_read;
  gboolean is_utf16, is_end;
  StoreUtf16 utf16;
  State state;
  guint document;
  GString *key;
  GString *text;
  gboolean is_too_long;
  GError *problem; /* of the stream */
};

StoreSlicer *
store_slicer_new (GInputStream *stream)
{
  StoreSlicer *self = g_new0 (StoreSlicer, 1);

  self->stream = g_object_ref (stream);
  self->buffer = g_string_new (NULL);
  self->key = g_string_new (NULL);
  self->text = g_string_new (NULL);
  return self;
}

void
store_slicer_free (StoreSlicer *self)
{
  g_object_unref (self->stream);
  g_string_free (self->buffer, TRUE);
  g_string_free (self->key, TRUE);
  g_string_free (self->text, TRUE);
  g_clear_error (&self->problem);
  g_free (self);
}

gint64
store_slicer_tell (StoreSlicer *self)
{
  return self->n_read - (gint64) (self->buffer->len - self->at);
}

guint
store_slicer_count_mended (StoreSlicer *self)
{
  return self->utf16.n_halves;
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------ */

/* A byte order mark, or the zero beside the first bracket. */
static void
find_encoding (StoreSlicer *self, gsize n)
{
  const guchar *raw = self->raw;

  if (n < 2)
    return;
  self->utf16.is_big = (raw[0] == 0xfe && raw[1] == 0xff) || (!raw[0] && raw[1]);
  self->is_utf16 = self->utf16.is_big || (raw[0] == 0xff && raw[1] == 0xfe) || (raw[0] && !raw[1]);
}

static gboolean
fill (StoreSlicer *self)
{
  gsize n = 0;

  if (self->is_end || self->problem || self->n_read > STORE_MAX_IMPORT_BYTES)
    return FALSE;
  if (!g_input_stream_read_all (self->stream, self->raw, BUFFER_BYTES, &n, NULL, &self->problem))
    return FALSE;
  if (self->n_read == 0)
    find_encoding (self, n);
  self->n_read += n;
  self->is_end = n < BUFFER_BYTES;
  g_string_truncate (self->buffer, 0);
  self->at = 0;
  if (self->is_utf16)
    store_utf16_decode (&self->utf16, self->raw, n, self->is_end, self->buffer);
  else
    g_string_append_len (self->buffer, (const char *) self->raw, n);
  return self->buffer->len > 0;
}

/* The next byte without taking it; −1 at the end, after an error, and when the file is too long. */
static int
peek (StoreSlicer *self)
{
  return self->at < self->buffer->len || fill (self) ? (guchar) self->buffer->str[self->at] : -1;
}

/* White space, commas, and a byte order mark at the start. */
static int
skip_filling (StoreSlicer *self)
{
  int c;

  while ((c = peek (self)) == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ','
         || (self->state == START && (c == 0xef || c == 0xbb || c == 0xbf)))
    self->at++;
  return c;
}

static gboolean
set_broken (StoreSlicer *self, GError **error)
{
  if (self->problem)
    return store_import_invalid (error, "The file cannot be read: %s", self->problem->message);
  if (self->n_read > STORE_MAX_IMPORT_BYTES)
    return store_import_invalid (error, "The file is too large");
  return store_import_invalid (error, "The file is not complete JSON");
}

/* What is longer than a conversation may be is only skipped. */
static void
take (StoreSlicer *self, GString *out, int c)
{
  if (out->len < STORE_MAX_ELEMENT_BYTES)
    g_string_append_c (out, c);
  else
    self->is_too_long = TRUE;
  self->at++;
}

/* A string with its quotes. */
static gboolean
read_string (StoreSlicer *self, GString *out, GError **error)
{
  gboolean escaped = FALSE;
  int c;

  take (self, out, '"');
  while ((c = peek (self)) >= 0)
    {
      take (self, out, c);
      if (c == '"' && !escaped)
        return TRUE;
      escaped = c == '\\' && !escaped;
    }
  return set_broken (self, error);
}

static gboolean
read_value (StoreSlicer *self, GString *out, GError **error)
{
  int depth = 0, c;

  g_string_truncate (out, 0);
  while ((c = peek (self)) >= 0)
    {
      if (c == '"')
        {
          if (!read_string (self, out, error))
            return FALSE;
        }
      else if (depth == 0 && (c == ',' || c == ']' || c == '}' || g_ascii_isspace (c)))
        return TRUE;
      else
        take (self, out, c);

      depth += c == '{' || c == '[';
      depth -= c == '}' || c == ']';
      if (depth == 0 && (c == '"' || c == '}' || c == ']'))
        return TRUE;
    }
  return set_broken (self, error);
}

/* "name" and the colon; *ret_done when the object ends. */
static gboolean
read_key (StoreSlicer *self, gboolean *ret_done, GError **error)
{
  int c = skip_filling (self);

  *ret_done = c == '}';
  if (*ret_done)
    return TRUE;
  if (c != '"')
    return set_broken (self, error);
  g_string_truncate (self->key, 0);
  if (!read_string (self, self->key, error))
    return FALSE;
  g_string_truncate (self->key, self->key->len - 1);
  g_string_erase (self->key, 0, 1);
  if (skip_filling (self) != ':')
    return set_broken (self, error);
  self->at++;
  return TRUE;
}

/* Whether the object before us is ours, which is too large to be one piece.  Only looks. */
static gboolean
is_ours (StoreSlicer *self)
{
  static const char *const tokens[] = { "{", "\"format\"", ":", "\"myna-conversations\"" };
  const char *at = self->buffer->str + self->at;

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      while (g_ascii_isspace (*at))
        at++;
      if (!g_str_has_prefix (at, tokens[i]))
        return FALSE;
      at += strlen (tokens[i]);
    }
  return TRUE;
}

static gboolean
start (StoreSlicer *self, int c, gboolean *ret_is_value, GError **error)
{
  if (c != '[' && c != '{')
    {
      if (self->problem || self->n_read > STORE_MAX_IMPORT_BYTES)
        return set_broken (self, error);
      return store_import_invalid (error, self->document ? "The file goes on with something that is not JSON"
                                                         : "The file is not of a kind that can be imported");
    }
  self->document++;
  g_string_truncate (self->key, 0);
  *ret_is_value = c == '{' && !is_ours (self);
  if (*ret_is_value)
    return TRUE;
  self->at++;
  self->state = c == '[' ? IN_ARRAY : IN_OBJECT;
  return TRUE;
}

static gboolean
advance_in_object (StoreSlicer *self, gboolean *ret_is_value, GError **error)
{
  gboolean done = FALSE;

  if (!read_key (self, &done, error))
    return FALSE;
  if (done)
    {
      self->at++;
      self->state = START;
    }
  else if (skip_filling (self) == '[')
    {
      self->at++;
      self->state = IN_MEMBER_ARRAY;
    }
  else
    *ret_is_value = TRUE;
  return TRUE;
}

/* Moves on towards the next value; FALSE with error where there is none to come to. */
static gboolean
advance (StoreSlicer *self, gboolean *ret_is_value, gboolean *ret_done, GError **error)
{
  int c = skip_filling (self);

  if (self->state == START)
    {
      *ret_done = c < 0 && self->document && !self->problem && self->n_read <= STORE_MAX_IMPORT_BYTES;
      return *ret_done || start (self, c, ret_is_value, error);
    }
  if (self->state == IN_OBJECT)
    return advance_in_object (self, ret_is_value, error);
  *ret_is_value = c != ']';
  if (c != ']')
    return TRUE;
  self->at++;
  self->state = self->state == IN_ARRAY ? START : IN_OBJECT;
  return TRUE;
}

gboolean
store_slicer_next (StoreSlicer *self, StoreSlice *ret_slice, GError **error)
{
  gboolean is_value = FALSE, done = FALSE;

  *ret_slice = (StoreSlice){ .key = "" };
  self->is_too_long = FALSE;
  while (!is_value && !done)
    if (!advance (self, &is_value, &done, error))
      return FALSE;
  if (done)
    return TRUE;
  if (!read_value (self, self->text, error))
    return FALSE;
  if (self->text->len == 0)
    return set_broken (self, error);
  ret_slice->key = self->key->str;
  ret_slice->text = self->text;
  ret_slice->is_element = self->state == IN_ARRAY;
  ret_slice->document = self->document;
  ret_slice->is_too_long = self->is_too_long;
  return TRUE;
}
