/* store-db.c: the store as its users see it: requests go in, results and signals come out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   caller's context                          storage thread
 *   store_x_async ── StoreJob ──► queue ──► work (connection, request) ──► result
 *                                                          │
 *        callback, signals ◄── source on the context ◄─────┘
 *
 * A job belongs to the thread that holds it; it changes hands only under the mutex.  A job with a callback holds a
 * reference to the store through its GTask; one without does not, so dropping the last reference of a store finishes such
 * writes and closes.  The mutex and the condition are pthread's because ThreadSanitizer does not see through GLib's.
 */
#include "db/store-db.h"

#include <pthread.h>
#include <time.h>

#include "db/store-mailbox.h"

#define IDLE_SECONDS     30   /* without a request before maintenance begins */
#define MAX_IDLE_SECONDS 3600 /* when nothing was due */

typedef struct
{
  StoreAccess access;
  StoreWork work;
  gpointer request;
  GDestroyNotify free_request;
  GTask *task;              /* NULL: nobody waits */
  GCancellable *superseded; /* a later request of the same kind came; NULL: does not happen */
  GMainContext *context;
  StoreMailbox *mailbox;
  StoreResult result;
  GError *error;
} StoreJob;

struct _StoreDb
{
  GObject parent_instance;

  GMainContext *context; /* of the signals */
  StoreMailbox *mailbox;
  GThread *thread; /* NULL after close */
  char *path;
  const StoreKeeper *keeper;
  gboolean write_failed; /* the last one that ended; on the context of the signals */

  pthread_mutex_t mutex;
  pthread_cond_t cond;
  GQueue queue;         /* of StoreJob; guarded by mutex */
  GCancellable *latest; /* of the last request by store_db_request_latest(); guarded by mutex */
  gboolean closing;     /* guarded by mutex */
  int n_waiting;        /* length of the queue; written with the mutex, read without (atomic) */

  /* Written by the storage thread before the open is reported, then only read. */
  GError *warning;
  gboolean read_only;
  StoreRecovery recovery;
};

G_DEFINE_FINAL_TYPE (StoreDb, store_db, G_TYPE_OBJECT)

/* ---- Jobs ------------------------------------------------------------------------------------------------------- */

static void
result_free (gpointer data)
{
  StoreResult *result = data;

  g_clear_pointer (&result->list, g_ptr_array_unref);
  g_free (result);
}

static void
job_free (gpointer data)
{
  StoreJob *job = data;

  if (job->free_request)
    job->free_request (job->request);
  g_clear_object (&job->task);
  g_clear_object (&job->superseded);
  g_clear_error (&job->error);
  g_clear_pointer (&job->result.list, g_ptr_array_unref);
  g_main_context_unref (job->context);
  store_mailbox_unref (job->mailbox);
  g_free (job);
}

static gboolean
is_failure (const GError *error)
{
  return error && !g_error_matches (error, STORE_ERROR, STORE_ERROR_NOT_FOUND)
         && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Tells a failure that nobody waits for, and after any the first success. */
static void
report (StoreJob *job)
{
  g_autoptr (StoreDb) db = store_mailbox_get_db (job->mailbox);
  gboolean writes = job->access == STORE_ACCESS_CHEAP || job->access == STORE_ACCESS_SYNCED;

  if (!db)
    return;
  if (is_failure (job->error) && (writes || !job->task))
    {
      db->write_failed = TRUE;
      if (!job->task)
        g_signal_emit_by_name (db, "failed", job->error);
    }
  else if (db->write_failed && writes && !job->error)
    {
      db->write_failed = FALSE;
      g_signal_emit_by_name (db, "recovered");
    }
}

/* On the caller's context. */
static gboolean
complete_cb (gpointer data)
{
  StoreJob *job = data;

  store_mailbox_lock (job->mailbox);
  store_mailbox_unlock (job->mailbox);

  report (job);
  if (!job->task)
    return G_SOURCE_REMOVE;
  if (job->error)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    {
      StoreResult *result = g_memdup2 (&job->result, sizeof job->result);

      job->result.list = NULL;
      g_task_return_pointer (job->task, result, result_free);
    }
  return G_SOURCE_REMOVE;
}

static void
hand_back (StoreJob *job)
{
  StoreMailbox *mailbox = store_mailbox_ref (job->mailbox);

  /* Pairs with complete_cb(): what this thread wrote is seen there. */
  store_mailbox_lock (mailbox);
  store_mailbox_attach (job->context, complete_cb, job, job_free);
  store_mailbox_unlock (mailbox);
  store_mailbox_unref (mailbox);
}

static void
run_job (StoreConnection *connection, StoreJob *job)
{
  GCancellable *cancellable = job->task ? g_task_get_cancellable (job->task) : NULL;
  gboolean writes = job->access == STORE_ACCESS_CHEAP || job->access == STORE_ACCESS_SYNCED;
  gboolean success;

  if (g_cancellable_set_error_if_cancelled (cancellable, &job->error)
      || g_cancellable_set_error_if_cancelled (job->superseded, &job->error))
    return;
  /* A write that has begun is finished. */
  connection->cancellables[0] = writes ? NULL : cancellable;
  connection->cancellables[1] = job->superseded;
  if (writes && !store_connection_begin (connection, job->access, &job->error))
    return;
  success = job->work (connection, job->request, &job->result, &job->error);
  if (writes)
    store_connection_end (connection, success, &job->error);
  connection->cancellables[0] = connection->cancellables[1] = NULL;
  connection->is_suspect |= g_error_matches (job->error, STORE_ERROR, STORE_ERROR_CORRUPT);
}

/* After the work asked for another turn. */
static gboolean
requeue (StoreDb *self, StoreJob *job)
{
  if (job->error || !job->result.again)
    return FALSE;
  job->result.again = FALSE;
  pthread_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->queue, job);
  g_atomic_int_inc (&self->n_waiting);
  pthread_mutex_unlock (&self->mutex);
  return TRUE;
}

/* A write failed that has no caller to tell. */
static void
tell_failure (StoreDb *self, GError *error)
{
  StoreJob *job = g_new0 (StoreJob, 1);

  job->context = g_main_context_ref (self->context);
  job->mailbox = store_mailbox_ref (self->mailbox);
  job->error = error;
  hand_back (job);
}

static void
tell_changes (StoreDb *self, StoreConnection *connection)
{
  self->keeper->read_changes (connection);
  store_mailbox_post (self->mailbox, self->context, connection->changes);
}

/* Nothing was asked for for a while.  Returns how many seconds to wait before the next time. */
static int
use_idle_time (StoreDb *self, StoreConnection *connection)
{
  GError *error = NULL;
  gboolean more;

  connection->gives_way = TRUE;
  do
    {
      more = self->keeper->maintain (connection, store_now (), &error);
      tell_changes (self, connection);
    }
  while (more && g_atomic_int_get (&self->n_waiting) == 0);
  connection->gives_way = FALSE;
  if (!error)
    return more ? IDLE_SECONDS : MAX_IDLE_SECONDS;

  connection->is_suspect |= g_error_matches (error, STORE_ERROR, STORE_ERROR_CORRUPT);
  tell_failure (self, error);
  return IDLE_SECONDS;
}

/* Called with the mutex held, released while waiting; FALSE: the time is over. */
static gboolean
wait_for_signal (StoreDb *self, int seconds)
{
  struct timespec until;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += seconds;
  return pthread_cond_timedwait (&self->cond, &self->mutex, &until) == 0;
}

/* NULL when the store is closing and nothing is left to do. */
static StoreJob *
next_job (StoreDb *self, StoreConnection *connection)
{
  int idle_seconds = IDLE_SECONDS;
  StoreJob *job;

  pthread_mutex_lock (&self->mutex);
  while (g_queue_is_empty (&self->queue) && !self->closing)
    if (!wait_for_signal (self, idle_seconds) && connection && g_queue_is_empty (&self->queue) && !self->closing)
      {
        pthread_mutex_unlock (&self->mutex);
        idle_seconds = use_idle_time (self, connection);
        pthread_mutex_lock (&self->mutex);
      }
  job = g_queue_pop_head (&self->queue);
  if (job)
    g_atomic_int_add (&self->n_waiting, -1);
  pthread_mutex_unlock (&self->mutex);
  return job;
}

/* The first job: opening.  Without a connection every later job gets the same error. */
static StoreConnection *
open_connection (StoreDb *self, StoreJob *job)
{
  StoreConnection *connection = self->keeper->open (self->path, &self->warning, &job->error);

  if (connection)
    {
      self->read_only = connection->read_only;
      self->recovery = connection->recovery;
      self->recovery.path = g_strdup (connection->recovery.path);
      connection->n_waiting = &self->n_waiting;
    }
  return connection;
}

static gpointer
storage_thread (gpointer data)
{
  StoreDb *self = data;
  StoreConnection *connection = NULL;
  StoreJob *job;

  while ((job = next_job (self, connection)))
    {
      if (!job->work)
        connection = open_connection (self, job);
      else if (connection)
        run_job (connection, job);
      else
        g_set_error_literal (&job->error, STORE_ERROR, STORE_ERROR_FAILED, "The history is not open");
      if (connection)
        tell_changes (self, connection);
      if (!requeue (self, job))
        hand_back (job);
    }

  if (connection)
    self->keeper->close (connection);
  return NULL;
}

static void
push_job (StoreDb *self, StoreJob *job)
{
  gboolean closed;

  pthread_mutex_lock (&self->mutex);
  closed = self->closing;
  if (!closed)
    {
      g_queue_push_tail (&self->queue, job);
      g_atomic_int_inc (&self->n_waiting);
      pthread_cond_signal (&self->cond);
    }
  pthread_mutex_unlock (&self->mutex);

  if (closed)
    {
      g_set_error_literal (&job->error, STORE_ERROR, STORE_ERROR_FAILED, "The history is closed");
      hand_back (job);
    }
}

static StoreJob *
job_new (StoreDb *self, GTask *task)
{
  StoreJob *job = g_new0 (StoreJob, 1);

  job->task = task;
  job->context = g_main_context_ref_thread_default ();
  job->mailbox = store_mailbox_ref (self->mailbox);
  return job;
}

static StoreJob *
make_job (StoreDb *self, StoreAccess access, StoreWork work, gpointer request, GDestroyNotify free_request,
          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = NULL;
  StoreJob *job;

  if (callback)
    {
      task = g_task_new (self, cancellable, callback, user_data);
      /* A write that was made is reported as made, however late the cancellation. */
      g_task_set_check_cancellable (task, FALSE);
    }
  job = job_new (self, task);
  job->access = access;
  job->work = work;
  job->request = request;
  job->free_request = free_request;
  return job;
}

void
store_db_request (StoreDb *self, StoreAccess access, StoreWork work, gpointer request, GDestroyNotify free_request,
                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (STORE_IS_DB (self));

  push_job (self, make_job (self, access, work, request, free_request, cancellable, callback, user_data));
}

void
store_db_request_latest (StoreDb *self, StoreWork work, gpointer request, GDestroyNotify free_request,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GCancellable) previous = NULL;
  StoreJob *job;

  g_return_if_fail (STORE_IS_DB (self));

  job = make_job (self, STORE_ACCESS_READ, work, request, free_request, cancellable, callback, user_data);
  job->superseded = g_cancellable_new ();
  pthread_mutex_lock (&self->mutex);
  previous = g_steal_pointer (&self->latest);
  self->latest = g_object_ref (job->superseded);
  pthread_mutex_unlock (&self->mutex);

  g_cancellable_cancel (previous);
  push_job (self, job);
}

StoreArgs *
store_args_new (gint64 id, gint64 number, const char *text)
{
  StoreArgs *args = g_new (StoreArgs, 1);

  args->id = id;
  args->number = number;
  args->text = g_strdup (text);
  return args;
}

void
store_args_free (gpointer data)
{
  StoreArgs *args = data;

  g_free (args->text);
  g_free (args);
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

gboolean
store_finish (StoreDb *self, GAsyncResult *result, GError **error)
{
  StoreResult *value;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  value = g_task_propagate_pointer (G_TASK (result), error);
  if (!value)
    return FALSE;
  result_free (value);
  return TRUE;
}

gint64
store_finish_id (StoreDb *self, GAsyncResult *result, GError **error)
{
  StoreResult *value;
  gint64 id;

  g_return_val_if_fail (g_task_is_valid (result, self), 0);

  value = g_task_propagate_pointer (G_TASK (result), error);
  if (!value)
    return 0;
  id = value->id;
  result_free (value);
  return id;
}

GPtrArray *
store_finish_list (StoreDb *self, GAsyncResult *result, GError **error)
{
  StoreResult *value;
  GPtrArray *list;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  value = g_task_propagate_pointer (G_TASK (result), error);
  if (!value)
    return NULL;
  list = g_steal_pointer (&value->list);
  result_free (value);
  return list;
}

/* ---- Open and close --------------------------------------------------------------------------------------------- */

void
store_db_open_async (const char *path, const StoreKeeper *keeper, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (StoreDb) self = g_object_new (STORE_TYPE_DB, NULL);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE);
  self->path = g_strdup (path);
  self->keeper = keeper;
  self->thread = g_thread_new ("storage", storage_thread, self);
  push_job (self, job_new (self, task));
}

StoreDb *
store_open_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (StoreDb) self = NULL;

  g_return_val_if_fail (G_IS_TASK (result), NULL);

  self = g_object_ref (g_task_get_source_object (G_TASK (result)));
  if (!store_finish (self, result, error))
    return NULL;
  if (self->warning)
    g_propagate_error (error, g_steal_pointer (&self->warning));
  return g_steal_pointer (&self);
}

void
store_close (StoreDb *self)
{
  g_autoptr (GCancellable) latest = NULL;

  g_return_if_fail (STORE_IS_DB (self));

  if (!self->thread)
    return;
  pthread_mutex_lock (&self->mutex);
  self->closing = TRUE;
  latest = g_steal_pointer (&self->latest);
  /* What is done in idle time gives way to the end as to a request; and no search is wanted any more. */
  g_atomic_int_inc (&self->n_waiting);
  pthread_cond_signal (&self->cond);
  pthread_mutex_unlock (&self->mutex);
  g_cancellable_cancel (latest);
  g_thread_join (g_steal_pointer (&self->thread));
}

gboolean
store_is_read_only (StoreDb *self)
{
  g_return_val_if_fail (STORE_IS_DB (self), TRUE);

  return self->read_only;
}

const StoreRecovery *
store_get_recovery (StoreDb *self)
{
  g_return_val_if_fail (STORE_IS_DB (self), NULL);

  return self->recovery.path ? &self->recovery : NULL;
}

/* ---- Class ------------------------------------------------------------------------------------------------------ */

static void
store_db_dispose (GObject *object)
{
  store_close (STORE_DB (object));
  G_OBJECT_CLASS (store_db_parent_class)->dispose (object);
}

static void
store_db_finalize (GObject *object)
{
  StoreDb *self = STORE_DB (object);

  store_mailbox_unref (self->mailbox);
  pthread_mutex_destroy (&self->mutex);
  pthread_cond_destroy (&self->cond);
  g_main_context_unref (self->context);
  g_clear_error (&self->warning);
  g_clear_object (&self->latest);
  g_free (self->recovery.path);
  g_free (self->path);
  G_OBJECT_CLASS (store_db_parent_class)->finalize (object);
}

static void
add_signal (const char *name, guint n_params, GType param_1, GType param_2)
{
  g_signal_new (name, STORE_TYPE_DB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, param_1, param_2);
}

static void
store_db_class_init (StoreDbClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = store_db_dispose;
  object_class->finalize = store_db_finalize;

  add_signal ("conversation-changed", 2, G_TYPE_INT64, STORE_TYPE_CONVERSATION);
  add_signal ("conversation-removed", 1, G_TYPE_INT64, 0);
  add_signal ("message-changed", 2, G_TYPE_INT64, G_TYPE_INT64);
  add_signal ("folders-changed", 0, 0, 0);
  add_signal ("failed", 1, G_TYPE_ERROR, 0);
  add_signal ("recovered", 0, 0, 0);
}

static void
store_db_init (StoreDb *self)
{
  pthread_condattr_t attributes;

  self->context = g_main_context_ref_thread_default ();
  self->mailbox = store_mailbox_new (self);
  pthread_mutex_init (&self->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&self->cond, &attributes);
  pthread_condattr_destroy (&attributes);
  g_queue_init (&self->queue);
}
