/* remote-outbox.c: what is told to the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-outbox.h"

#include <gio/gunixoutputstream.h>
#include <string.h>
#include <unistd.h>

#define DELAY_MS 16
#define MAX_TEXT (256u << 10) /* that waits */

struct _RemoteOutbox
{
  GOutputStream *stream;
  GString *text;
  gint64 id;         /* of the text that waits … */
  const char *event; /* … and what it is */
  int index;
  guint source;
};

/* The window is gone: whatever is under way is for nobody. */
static void
write_frame (RemoteOutbox *self, JsonObject *object)
{
  g_autoptr (GBytes) frame = remote_wire_pack (object, REMOTE_MAX_ANSWERED);

  if (frame
      && !g_output_stream_write_all (self->stream, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), NULL, NULL, NULL))
    _exit (0);
}

static void
write_event (RemoteOutbox *self, gint64 id, const char *event, JsonObject *object)
{
  json_object_set_int_member (object, "id", id);
  json_object_set_string_member (object, "event", event);
  write_frame (self, object);
}

static void
flush (RemoteOutbox *self)
{
  g_autoptr (JsonObject) object = NULL;

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->text->len == 0)
    return;
  object = json_object_new ();
  if (self->index >= 0)
    json_object_set_int_member (object, "index", self->index);
  json_object_set_string_member (object, "text", self->text->str);
  write_event (self, self->id, self->event, object);
  g_string_truncate (self->text, 0);
}

static gboolean
flush_cb (gpointer user_data)
{
  RemoteOutbox *self = user_data;

  self->source = 0;
  flush (self);
  return G_SOURCE_REMOVE;
}

void
remote_outbox_add_text (RemoteOutbox *self, gint64 id, const char *event, int index, const char *text)
{
  if (self->text->len > MAX_TEXT || self->id != id || self->event != event || self->index != index)
    flush (self);
  self->id = id;
  self->event = event;
  self->index = index;
  g_string_append (self->text, text);
  if (!self->source)
    self->source = g_timeout_add (DELAY_MS, flush_cb, self);
}

void
remote_outbox_add (RemoteOutbox *self, gint64 id, const char *event, JsonObject *object)
{
  flush (self);
  write_event (self, id, event, object);
  json_object_unref (object);
}

void
remote_outbox_add_error (RemoteOutbox *self, gint64 id, RemoteProblem problem, guint status, guint retry_after,
                         const char *detail)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "code", remote_problem_get_name (problem));
  json_object_set_int_member (object, "status", status);
  json_object_set_int_member (object, "retry_after", retry_after);
  json_object_set_string_member (object, "detail", detail);
  remote_outbox_add (self, id, "error", object);
}

RemoteOutbox *
remote_outbox_new (int fd)
{
  RemoteOutbox *self = g_new0 (RemoteOutbox, 1);

  self->stream = g_unix_output_stream_new (fd, TRUE);
  self->text = g_string_new (NULL);
  return self;
}

void
remote_outbox_free (RemoteOutbox *self)
{
  flush (self);
  g_object_unref (self->stream);
  g_string_free (self->text, TRUE);
  g_free (self);
}
