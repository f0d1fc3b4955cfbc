/* myna-remote-server-key.c: where the key of a server is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is looked into first: it is there only where the keyring was not.
 */
#include "chat/myna-remote-server-key.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#ifdef MYNA_HAS_SECRET
#include <libsecret/secret.h>
#endif

typedef struct
{
  char *server, *label, *key;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  g_free (task->server);
  g_free (task->label);
  if (task->key)
    memset (task->key, 0, strlen (task->key));
  g_free (task->key);
  g_free (task);
}

static GTask *
task_new (const char *server, const char *label, const char *key, GCancellable *cancellable, GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Task *data = g_new0 (Task, 1);

  data->server = g_strdup (server);
  data->label = g_strdup (label);
  data->key = key && *key ? g_strdup (key) : NULL;
  g_task_set_task_data (task, data, task_free);
  return task;
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

static char *
dup_path (const char *server)
{
  return g_build_filename (g_get_user_config_dir (), "myna", "keys", server, NULL);
}

static gboolean
write_file (const char *server, const char *key, GError **error)
{
  g_autofree char *path = dup_path (server), *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      int code = errno;

      g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), g_strerror (code));
      return FALSE;
    }
  return g_file_set_contents_full (path, key, (gssize) strlen (key),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static void
remove_file (const char *server)
{
  g_autofree char *path = dup_path (server);

  g_unlink (path);
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Task *self = data;
  GError *error = NULL;

  if (!self->key)
    {
      remove_file (self->server);
      g_task_return_int (task, MYNA_KEY_NONE);
    }
  else if (write_file (self->server, self->key, &error))
    g_task_return_int (task, MYNA_KEY_IN_FILE);
  else
    g_task_return_error (task, error);
}

/* ---- The keyring ------------------------------------------------------------------------------------------------ */

#ifdef MYNA_HAS_SECRET
static const SecretSchema schema = {
  MYNA_APP_ID ".Server",
  SECRET_SCHEMA_NONE,
  { { "server", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Task *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!secret_password_store_finish (result, &error))
    {
      g_debug ("No keyring: %s", error->message);
      g_task_run_in_thread (task, write_thread);
      return;
    }
  remove_file (self->server);
  g_task_return_int (task, MYNA_KEY_IN_KEYRING);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  secret_password_clear_finish (result, NULL);
  g_task_run_in_thread (task, write_thread);
}

static void
store (GTask *task)
{
  Task *self = g_task_get_task_data (task);

  if (self->key)
    secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, self->label, self->key, NULL, stored_cb, task, "server",
                           self->server, NULL);
  else
    secret_password_clear (&schema, NULL, cleared_cb, task, "server", self->server, NULL);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *key = secret_password_lookup_finish (result, &error);

  if (error)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_return_pointer (task, g_strdup (key), g_free);
  secret_password_free (key);
}

static void
look_up (GTask *task)
{
  Task *self = g_task_get_task_data (task);

  secret_password_lookup (&schema, g_task_get_cancellable (task), looked_up_cb, task, "server", self->server, NULL);
}
#else
static void
store (GTask *task)
{
  g_task_run_in_thread (task, write_thread);
  g_object_unref (task);
}

static void
look_up (GTask *task)
{
  g_task_return_pointer (task, NULL, NULL);
  g_object_unref (task);
}
#endif

/* ---- Both ------------------------------------------------------------------------------------------------------- */

void
myna_remote_server_key_store_async (const char *server, const char *label, const char *key, GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  store (task_new (server, label, key, NULL, callback, user_data));
}

MynaKeyPlace
myna_remote_server_key_store_finish (GAsyncResult *result, GError **error)
{
  gssize place = g_task_propagate_int (G_TASK (result), error);

  return place < 0 ? MYNA_KEY_NONE : (MynaKeyPlace) place;
}

static void
file_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  char *key = NULL;

  if (!g_file_load_contents_finish (G_FILE (source), result, &key, NULL, NULL, NULL))
    {
      look_up (task);
      return;
    }
  g_task_return_pointer (task, g_strstrip (key), g_free);
  g_object_unref (task);
}

void
myna_remote_server_key_read_async (const char *server, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = task_new (server, NULL, NULL, cancellable, callback, user_data);
  g_autofree char *path = dup_path (server);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_file_load_contents_async (file, cancellable, file_read_cb, task);
}

char *
myna_remote_server_key_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
