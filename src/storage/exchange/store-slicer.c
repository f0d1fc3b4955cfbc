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

#define BUFFER_BYTES 65536

/* clang-format off */
typedef enum { START, IN_OBJECT, IN_ARRAY, IN_MEMBER_ARRAY, END } State;
/* clang-format on */

struct _StoreSlicer
{
  GInputStream *stream;
  guchar buffer[BUFFER_BYTES];
  gsize n, at;
  gint64 n_read;
  State state;
  GString *key;
  GString *text;
  GError *problem; /* of the stream */
};

StoreSlicer *
store_slicer_new (GInputStream *stream)
{
  StoreSlicer *self = g_new0 (StoreSlicer, 1);

  self->stream = g_object_ref (stream);
  self->key = g_string_new (NULL);
  self->text = g_string_new (NULL);
  return self;
}

void
store_slicer_free (StoreSlicer *self)
{
  g_object_unref (self->stream);
  g_string_free (self->key, TRUE);
  g_string_free (self->text, TRUE);
  g_clear_error (&self->problem);
  g_free (self);
}

gint64
store_slicer_tell (StoreSlicer *self)
{
  return self->n_read - (gint64) (self->n - self->at);
}

/* The next byte without taking it; −1 at the end, after an error, and when the file is too long. */
static int
peek (StoreSlicer *self)
{
  gssize n;

  if (self->at < self->n)
    return self->buffer[self->at];
  if (self->problem || self->n_read > STORE_MAX_IMPORT_BYTES)
    return -1;
  n = g_input_stream_read (self->stream, self->buffer, BUFFER_BYTES, NULL, &self->problem);
  if (n <= 0)
    return -1;
  self->n = n;
  self->at = 0;
  self->n_read += n;
  return self->buffer[0];
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

static gboolean
take (StoreSlicer *self, GString *out, int c, GError **error)
{
  if (out->len >= STORE_MAX_ELEMENT_BYTES)
    return store_import_invalid (error, "A conversation in the file is larger than %d MiB", STORE_MAX_ELEMENT_BYTES >> 20);
  g_string_append_c (out, c);
  self->at++;
  return TRUE;
}

/* A string with its quotes. */
static gboolean
read_string (StoreSlicer *self, GString *out, GError **error)
{
  gboolean escaped = FALSE;
  int c;

  if (!take (self, out, '"', error))
    return FALSE;
  while ((c = peek (self)) >= 0)
    {
      if (!take (self, out, c, error))
        return FALSE;
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
      else if (!take (self, out, c, error))
        return FALSE;

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

static gboolean
start (StoreSlicer *self, GError **error)
{
  int c = skip_filling (self);

  if (c != '[' && c != '{')
    return store_import_invalid (error, "The file is not of a kind that can be imported");
  self->at++;
  self->state = c == '[' ? IN_ARRAY : IN_OBJECT;
  return TRUE;
}

/* Moves on to the next value; FALSE with error where there is none to come to. */
static gboolean
advance (StoreSlicer *self, gboolean *ret_is_value, GError **error)
{
  gboolean done = FALSE;

  *ret_is_value = FALSE;
  switch (self->state)
    {
    case START: return start (self, error);
    case IN_OBJECT:
      if (!read_key (self, &done, error))
        return FALSE;
      if (done)
        self->state = END;
      else if (skip_filling (self) == '[')
        {
          self->at++;
          self->state = IN_MEMBER_ARRAY;
        }
      else
        *ret_is_value = TRUE;
      return TRUE;
    case IN_ARRAY:
    case IN_MEMBER_ARRAY:
      if (skip_filling (self) != ']')
        {
          *ret_is_value = TRUE;
          return TRUE;
        }
      self->at++;
      self->state = self->state == IN_ARRAY ? END : IN_OBJECT;
      return TRUE;
    case END:
    default: return TRUE;
    }
}

gboolean
store_slicer_next (StoreSlicer *self, const char **ret_key, const char **ret_text, GError **error)
{
  gboolean is_value = FALSE;

  *ret_text = NULL;
  while (self->state != END && !is_value)
    if (!advance (self, &is_value, error))
      return FALSE;
  if (self->state == END)
    return TRUE;
  if (!read_value (self, self->text, error))
    return FALSE;
  if (self->text->len == 0)
    return set_broken (self, error);
  *ret_key = self->key->str;
  *ret_text = self->text->str;
  return TRUE;
}
