/* glm-importer.c: importing model files without blocking: engine/import/import.h behind GTask
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worker writes the fraction done into an atomic number; a timer of the caller's main context reads it.  So nothing of
 * the import ever waits for the main loop.
 */
#include "engine/actor/glm-importer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sys/file.h>

#define PROGRESS_STEPS 100000
#define PROGRESS_MS    200

typedef struct
{
  char *source;
  char *target;
  GlmImportType type;
  GlmCancel cancel;
  gint done; /* atomic: of PROGRESS_STEPS */
  GlmImportProgressFunc progress;
  gpointer user_data;
  GSource *timer;
} Import;

/* Imports whose worker runs. */
static pthread_mutex_t running_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t running_changed = PTHREAD_COND_INITIALIZER;
static GList *running;    /* guarded: of Import */
static gboolean stopping; /* guarded */

static void
import_free (gpointer data)
{
  Import *import = data;

  if (import->timer)
    {
      g_source_destroy (import->timer);
      g_source_unref (import->timer);
    }
  g_free (import->source);
  g_free (import->target);
  g_free (import);
}

static void
return_error (GTask *task, const GlmError *error)
{
  g_task_return_error (task, glm_engine_error_new (error));
}

/* ---- Probing ---------------------------------------------------------------------------------------------------- */

static void
probe_thread (GTask *task, gpointer source_object, gpointer source, GCancellable *cancellable)
{
  g_autofree GlmImportInfo *info = g_new0 (GlmImportInfo, 1);
  GlmError error = { 0 };

  if (glm_import_probe (source, NULL, info, &error))
    g_task_return_pointer (task, g_steal_pointer (&info), g_free);
  else
    return_error (task, &error);
}

void
glm_import_probe_async (const char *source, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (source), g_free);
  g_task_run_in_thread (task, probe_thread);
}

GlmImportInfo *
glm_import_probe_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Importing -------------------------------------------------------------------------------------------------- */

static void
progress_cb (double fraction, void *data)
{
  Import *import = data;

  g_atomic_int_set (&import->done, (gint) (CLAMP (fraction, 0, 1) * PROGRESS_STEPS));
}

static gboolean
timer_cb (gpointer data)
{
  Import *import = data;

  import->progress ((double) g_atomic_int_get (&import->done) / PROGRESS_STEPS, import->user_data);

  return G_SOURCE_CONTINUE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  glm_cancel_set (&((Import *) data)->cancel);
}

static void
begin (Import *import)
{
  pthread_mutex_lock (&running_mutex);
  running = g_list_prepend (running, import);
  if (stopping)
    glm_cancel_set (&import->cancel);
  pthread_mutex_unlock (&running_mutex);
}

static void
end (Import *import)
{
  pthread_mutex_lock (&running_mutex);
  running = g_list_remove (running, import);
  pthread_cond_broadcast (&running_changed);
  pthread_mutex_unlock (&running_mutex);
}

void
glm_import_stop_all (void)
{
  pthread_mutex_lock (&running_mutex);
  stopping = TRUE;
  for (GList *l = running; l; l = l->next)
    glm_cancel_set (&((Import *) l->data)->cancel);
  while (running)
    pthread_cond_wait (&running_changed, &running_mutex);
  pthread_mutex_unlock (&running_mutex);
}

static void
import_thread (GTask *task, gpointer source_object, gpointer data, GCancellable *cancellable)
{
  Import *import = data;
  GlmImportOptions options = {
    .type = import->type,
    .mode = GLM_IMPORT_REFUSE_EXISTING,
    .progress = progress_cb,
    .progress_data = import,
    .cancel = &import->cancel,
  };
  GlmError error = { 0 };
  gulong handler = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), import, NULL) : 0;
  gboolean done;

  begin (import);
  done = glm_import (import->source, import->target, &options, &error);
  end (import);
  g_cancellable_disconnect (cancellable, handler);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, &error);
}

void
glm_import_async (const char *source, const char *target, GlmImportType type, GCancellable *cancellable,
                  GlmImportProgressFunc progress, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Import *import = g_new0 (Import, 1);

  /* Whether the file was made is the worker's word, also where it was cancelled at the last moment. */
  g_task_set_check_cancellable (task, FALSE);
  import->source = g_strdup (source);
  import->target = g_strdup (target);
  import->type = type;
  import->progress = progress;
  import->user_data = user_data;
  if (progress)
    {
      import->timer = g_timeout_source_new (PROGRESS_MS);
      g_source_set_callback (import->timer, timer_cb, import, NULL);
      g_source_attach (import->timer, g_main_context_get_thread_default ());
    }
  g_task_set_task_data (task, import, import_free);
  g_task_run_in_thread (task, import_thread);
}

gboolean
glm_import_finish (GAsyncResult *result, GError **error)
{
  Import *import = g_task_get_task_data (G_TASK (result));

  if (import->timer)
    g_source_destroy (import->timer);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Left-overs ------------------------------------------------------------------------------------------------- */

void
glm_import_clean_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      int fd;

      if (!g_str_has_suffix (name, GLM_PART_SUFFIX))
        continue;
      fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
      if (fd < 0)
        continue;
      /* Its writer holds the lock. */
      if (flock (fd, LOCK_EX | LOCK_NB) == 0)
        g_unlink (path);
      g_close (fd, NULL);
    }
}
