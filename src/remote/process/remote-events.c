/* remote-events.c: server-sent events out of the bytes of a stream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines end with LF, CR or both.  "data:" lines are joined by newlines until an empty line; comments and other fields say
 * nothing.  Some servers end an event with one newline only: a line that begins with data while what stands before is a whole
 * object of JSON is the next event.
 */
#include "remote/process/remote-events.h"

#include <string.h>

struct _RemoteEvents
{
  GString *line, *data;
  gsize max;
  gboolean has_data, after_cr, begun;
  RemoteEventFunc func;
  gpointer user_data;
};

static void
dispatch (RemoteEvents *self)
{
  g_autofree char *valid = NULL;

  if (!self->has_data)
    return;
  self->has_data = FALSE;
  if (g_utf8_validate (self->data->str, (gssize) self->data->len, NULL))
    self->func (self->data->str, self->data->len, self->user_data);
  else
    {
      valid = g_utf8_make_valid (self->data->str, (gssize) self->data->len);
      self->func (valid, strlen (valid), self->user_data);
    }
  g_string_truncate (self->data, 0);
}

static gboolean
is_whole (const GString *data)
{
  return data->len > 0 && (data->str[data->len - 1] == '}' || g_str_equal (data->str, "[DONE]"));
}

static gboolean
take_line (RemoteEvents *self)
{
  const char *line = self->line->str;
  gsize n = self->line->len, skip;

  if (!self->begun && n >= 3 && memcmp (line, "\xef\xbb\xbf", 3) == 0)
    {
      line += 3;
      n -= 3;
    }
  self->begun = TRUE;
  if (n == 0)
    dispatch (self);
  else if (n >= 5 && memcmp (line, "data:", 5) == 0)
    {
      skip = n > 5 && line[5] == ' ' ? 6 : 5;
      if (self->has_data && is_whole (self->data))
        dispatch (self);
      if (self->data->len + n > self->max)
        return FALSE;
      if (self->has_data)
        g_string_append_c (self->data, '\n');
      g_string_append_len (self->data, line + skip, (gssize) (n - skip));
      self->has_data = TRUE;
    }
  g_string_truncate (self->line, 0);
  return TRUE;
}

gboolean
remote_events_feed (RemoteEvents *self, const char *bytes, gsize n_bytes)
{
  const char *at = bytes, *end = bytes + n_bytes;

  while (at < end)
    {
      const char *stop = at;

      if (self->after_cr && *at == '\n')
        at++;
      self->after_cr = FALSE;
      for (stop = at; stop < end && *stop != '\n' && *stop != '\r'; stop++)
        ;
      if (self->line->len + (gsize) (stop - at) > self->max)
        return FALSE;
      g_string_append_len (self->line, at, stop - at);
      if (stop == end)
        break;
      self->after_cr = *stop == '\r';
      if (!take_line (self))
        return FALSE;
      at = stop + 1;
    }
  return TRUE;
}

void
remote_events_end (RemoteEvents *self)
{
  if (self->line->len > 0)
    take_line (self);
  dispatch (self);
}

RemoteEvents *
remote_events_new (gsize max, RemoteEventFunc func, gpointer user_data)
{
  RemoteEvents *self = g_new0 (RemoteEvents, 1);

  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->max = max;
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
remote_events_free (RemoteEvents *self)
{
  if (!self)
    return;
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self);
}
