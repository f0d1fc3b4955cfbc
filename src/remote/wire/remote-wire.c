/* remote-wire.c: what the window and myna-remote say to each other, and how
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/wire/remote-wire.h"

#include <string.h>

#include "text/text-json.h"

#define HEAD 4 /* bytes of a length */

static const char *const names[REMOTE_N_PROBLEMS] = {
  [REMOTE_PROBLEM_NONE] = "none",
  [REMOTE_PROBLEM_ADDRESS] = "address",
  [REMOTE_PROBLEM_INSECURE] = "insecure",
  [REMOTE_PROBLEM_NAME] = "name",
  [REMOTE_PROBLEM_UNREACHABLE] = "unreachable",
  [REMOTE_PROBLEM_TIMEOUT] = "timeout",
  [REMOTE_PROBLEM_CERTIFICATE] = "certificate",
  [REMOTE_PROBLEM_TLS] = "tls",
  [REMOTE_PROBLEM_PROXY] = "proxy",
  [REMOTE_PROBLEM_REQUEST] = "request",
  [REMOTE_PROBLEM_CONTEXT] = "context",
  [REMOTE_PROBLEM_UNAUTHORIZED] = "unauthorized",
  [REMOTE_PROBLEM_FORBIDDEN] = "forbidden",
  [REMOTE_PROBLEM_NOT_FOUND] = "not-found",
  [REMOTE_PROBLEM_TOO_LARGE] = "too-large",
  [REMOTE_PROBLEM_BUSY] = "busy",
  [REMOTE_PROBLEM_SERVER] = "server",
  [REMOTE_PROBLEM_STATUS] = "status",
  [REMOTE_PROBLEM_REDIRECT] = "redirect",
  [REMOTE_PROBLEM_WEB_PAGE] = "web-page",
  [REMOTE_PROBLEM_FORM] = "form",
  [REMOTE_PROBLEM_ENDLESS] = "endless",
  [REMOTE_PROBLEM_CUT_OFF] = "cut-off",
  [REMOTE_PROBLEM_STALLED] = "stalled",
  [REMOTE_PROBLEM_CANCELLED] = "cancelled",
  [REMOTE_PROBLEM_DISK_FULL] = "disk-full",
  [REMOTE_PROBLEM_DISK] = "disk",
  [REMOTE_PROBLEM_TAKEN] = "taken",
  [REMOTE_PROBLEM_HASH] = "hash",
  [REMOTE_PROBLEM_PROCESS] = "process",
  [REMOTE_PROBLEM_ASK] = "ask",
  [REMOTE_PROBLEM_FORGOTTEN] = "forgotten",
  [REMOTE_PROBLEM_FILTERED] = "filtered",
};

const char *
remote_problem_get_name (RemoteProblem problem)
{
  return names[problem];
}

RemoteProblem
remote_problem_from_name (const char *name)
{
  for (guint i = 0; name && i < REMOTE_N_PROBLEMS; i++)
    if (g_str_equal (names[i], name))
      return i;
  return REMOTE_PROBLEM_FORM;
}

/* ---- Frames ----------------------------------------------------------------------------------------------------- */

GBytes *
remote_wire_pack (JsonObject *object, gsize max)
{
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (root, FALSE);
  gsize n = strlen (text);
  char *frame;

  if (n > max)
    return NULL;
  frame = g_malloc (HEAD + n);
  for (int i = 0; i < HEAD; i++)
    frame[i] = (char) (n >> 8 * (HEAD - 1 - i) & 0xff);
  memcpy (frame + HEAD, text, n);
  return g_bytes_new_take (frame, HEAD + n);
}

typedef struct
{
  guint8 head[HEAD];
  char *text;
  gsize n, max;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->text);
  g_free (reading);
}

static void
text_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n_read = 0;
  JsonObject *object;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n_read, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  object = n_read == reading->n ? remote_json_parse (reading->text, reading->n) : NULL;
  if (object)
    g_task_return_pointer (task, object, (GDestroyNotify) json_object_unref);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "A frame is cut short or not an object");
}

static void
head_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n_read = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n_read, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (n_read == 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The other side has ended");
      return;
    }
  for (int i = 0; i < HEAD; i++)
    reading->n = reading->n << 8 | reading->head[i];
  if (n_read < HEAD || reading->n > reading->max)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "A frame is cut short or too long");
      return;
    }
  reading->text = g_malloc (reading->n + 1);
  g_input_stream_read_all_async (G_INPUT_STREAM (source), reading->text, reading->n, G_PRIORITY_DEFAULT,
                                 g_task_get_cancellable (task), text_read_cb, g_object_ref (task));
}

void
remote_wire_read_async (GInputStream *stream, gsize max, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  reading->max = max;
  g_task_set_task_data (task, reading, reading_free);
  g_input_stream_read_all_async (stream, reading->head, HEAD, G_PRIORITY_DEFAULT, cancellable, head_read_cb, task);
}

JsonObject *
remote_wire_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

/* A NUL would end a text of C in its middle. */
static void
replace_nul_escapes (char *text, gsize n)
{
  for (gsize i = 0; i + 1 < n; i++)
    {
      if (text[i] != '\\')
        continue;
      if (i + 5 < n && memcmp (text + i, "\\u0000", 6) == 0)
        memcpy (text + i, "\\ufffd", 6);
      i++;
    }
}

JsonObject *
remote_json_parse (const char *text, gsize n_bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *copy = NULL;
  JsonNode *root;

  if (n_bytes == 0 || !g_utf8_validate (text, (gssize) n_bytes, NULL) || !text_json_is_tame (text, n_bytes))
    return NULL;
  copy = g_memdup2 (text, n_bytes);
  replace_nul_escapes (copy, n_bytes);
  if (!json_parser_load_from_data (parser, copy, (gssize) n_bytes, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

gint64
remote_json_int (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return 0;
  return MAX (0, json_node_get_int (node));
}
