/* myna-digest.c: the SHA-256 of a large file, computed once (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was computed stands in the file "digests" of the cache folder: a group for each path with the size and the time that
 * the file had.  The thread reads; the cache is the main thread's alone.
 */
#include "chat/myna-digest.h"

#include <glib/gstdio.h>

#define PIECE_BYTES    (1u << 20)
#define PROGRESS_STEPS 1000
#define PROGRESS_MS    250
#define MAX_REMEMBERED 200 /* then the cache begins anew */

typedef struct
{
  char *path;
  char *stamp; /* size and time when the reading began */
  gint64 n_bytes;
  gboolean known; /* from the cache */
  gint done;      /* atomic: of PROGRESS_STEPS */
  MynaDigestProgressFunc progress;
  gpointer user_data;
  GSource *timer;
} Job;

static void
stop_timer (Job *job)
{
  if (!job->timer)
    return;
  g_source_destroy (job->timer);
  g_clear_pointer (&job->timer, g_source_unref);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  stop_timer (job);
  g_free (job->path);
  g_free (job->stamp);
  g_free (job);
}

/* ---- The cache -------------------------------------------------------------------------------------------------- */

static char *
get_cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "digests", NULL);
}

/* A group's name may have neither brackets nor control characters, which a path may. */
static char *
make_group (const char *path)
{
  return g_uri_escape_string (path, "/", FALSE);
}

static char *
make_stamp (const GStatBuf *status)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", (gint64) status->st_size,
                          (gint64) status->st_mtim.tv_sec, (long) status->st_mtim.tv_nsec);
}

static GKeyFile *
read_cache (void)
{
  GKeyFile *cache = g_key_file_new ();
  g_autofree char *path = get_cache_path ();

  g_key_file_load_from_file (cache, path, G_KEY_FILE_NONE, NULL);

  return cache;
}

/* NULL: not known. */
static char *
look_up (const char *path, const char *stamp)
{
  g_autoptr (GKeyFile) cache = read_cache ();
  g_autofree char *group = make_group (path);
  g_autofree char *known_stamp = g_key_file_get_string (cache, group, "stamp", NULL);
  g_autofree char *digest = g_key_file_get_string (cache, group, "sha256", NULL);

  if (g_strcmp0 (known_stamp, stamp) != 0 || !digest || strlen (digest) != 64)
    return NULL;

  return g_steal_pointer (&digest);
}

/* Where it cannot be written the digest is computed again the next time. */
static void
remember (const char *path, const char *stamp, const char *digest)
{
  g_autoptr (GKeyFile) cache = read_cache ();
  g_autofree char *group = make_group (path);
  g_autofree char *cache_path = get_cache_path ();
  g_autofree char *folder = g_path_get_dirname (cache_path);
  g_auto (GStrv) groups = NULL;
  gsize n_groups;

  groups = g_key_file_get_groups (cache, &n_groups);
  for (gsize i = 0; n_groups >= MAX_REMEMBERED && i < n_groups; i++)
    g_key_file_remove_group (cache, groups[i], NULL);
  g_key_file_set_string (cache, group, "stamp", stamp);
  g_key_file_set_string (cache, group, "sha256", digest);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_key_file_save_to_file (cache, cache_path, NULL);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static gboolean
timer_cb (gpointer data)
{
  Job *job = data;

  job->progress ((double) g_atomic_int_get (&job->done) / PROGRESS_STEPS, job->user_data);

  return G_SOURCE_CONTINUE;
}

static char *
read_all (Job *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (job->path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gint64 done = 0;
  gssize n = 0;

  if (!stream)
    return NULL;
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), piece, PIECE_BYTES, cancellable, error)) > 0)
    {
      g_checksum_update (checksum, piece, n);
      done += n;
      g_atomic_int_set (&job->done, (gint) (PROGRESS_STEPS * MIN (done, job->n_bytes) / MAX (job->n_bytes, 1)));
    }
  if (n < 0)
    return NULL;

  return g_strdup (g_checksum_get_string (checksum));
}

static void
digest_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  char *digest = read_all (data, cancellable, &error);

  if (digest)
    g_task_return_pointer (task, digest, g_free);
  else
    g_task_return_error (task, error);
}

void
myna_digest_async (const char *path, GCancellable *cancellable, MynaDigestProgressFunc progress, GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);
  g_autofree char *digest = NULL;
  GStatBuf status;

  job->path = g_strdup (path);
  g_task_set_task_data (task, job, job_free);
  if (g_stat (path, &status) == 0)
    {
      job->n_bytes = status.st_size;
      job->stamp = make_stamp (&status);
      digest = look_up (path, job->stamp);
    }
  job->known = digest != NULL;
  if (digest)
    {
      g_task_return_pointer (task, g_steal_pointer (&digest), g_free);
      return;
    }
  job->progress = progress;
  job->user_data = user_data;
  if (progress)
    {
      job->timer = g_timeout_source_new (PROGRESS_MS);
      g_source_set_callback (job->timer, timer_cb, job, NULL);
      g_source_attach (job->timer, g_main_context_get_thread_default ());
    }
  g_task_run_in_thread (task, digest_thread);
}

char *
myna_digest_finish (GAsyncResult *result, GError **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));
  char *digest;
  GStatBuf status;

  stop_timer (job);
  digest = g_task_propagate_pointer (G_TASK (result), error);
  /* A file that was written meanwhile has another digest already. */
  if (digest && !job->known && job->stamp && g_stat (job->path, &status) == 0)
    {
      g_autofree char *stamp = make_stamp (&status);

      if (g_str_equal (stamp, job->stamp))
        remember (job->path, stamp, digest);
    }

  return digest;
}
