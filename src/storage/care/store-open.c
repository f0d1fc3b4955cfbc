/* store-open.c: the history is opened, whatever state its file is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A damaged file is recovered once.  One that cannot be written is read.
 */
#include "care/store-open.h"

#include "care/store-file.h"
#include "care/store-maintenance.h"
#include "care/store-recover.h"
#include "care/store-schema.h"
#include "db/store-db.h"
#include "rows/store-conversation.h"

#define PROGRESS_STEPS 1000 /* of SQLite's virtual machine: less than a millisecond */

/* SQLite calls this every now and then: not 0 stops the statement with SQLITE_INTERRUPT.  Unlike sqlite3_interrupt() it
 * cannot hit the wrong statement. */
static int
progress_cb (void *data)
{
  return store_connection_is_cancelled (data);
}

static StoreConnection *
open_memory (GError **error)
{
  StoreConnection *self = store_connection_new_memory (error);

  if (self && (!store_schema_migrate (self, 0, error) || !store_schema_trust (self, error)))
    g_clear_pointer (&self, store_connection_close);
  return self;
}

/* Damage is repaired once; other problems stay. */
static gboolean
open_repaired (StoreConnection *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (store_connection_open_writable (self, &problem))
    return TRUE;
  if (self->is_not_ours
      || (!g_error_matches (problem, STORE_ERROR, STORE_ERROR_CORRUPT)
          && !g_error_matches (problem, STORE_ERROR, STORE_ERROR_NOT_A_DATABASE)))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  store_connection_close_handle (self);
  self->is_suspect = FALSE;
  return store_recover (self->path, &self->recovery, error) && store_connection_open_writable (self, error);
}

static StoreConnection *
open_file (const char *path, GError **ret_warning, GError **error)
{
  StoreConnection *self = store_connection_new (path);
  g_autoptr (GError) problem = NULL;

  if (open_repaired (self, &problem))
    return self;
  if (!store_connection_fall_back (self, problem, error))
    {
      store_connection_close (self);
      return NULL;
    }
  /* Whoever wants to write later is told the same. */
  self->problem = g_error_copy (problem);
  g_propagate_error (ret_warning, g_steal_pointer (&problem));
  return self;
}

StoreConnection *
store_connection_open (const char *path, GError **ret_warning, GError **error)
{
  StoreConnection *self = path ? open_file (path, ret_warning, error) : open_memory (error);

  if (self)
    sqlite3_progress_handler (self->db, PROGRESS_STEPS, progress_cb, self);
  return self;
}

static const StoreKeeper keeper = { store_connection_open, store_connection_close, store_maintain,
                                    store_conversation_read_changes };

void
store_open_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (path != NULL);

  store_db_open_async (path, &keeper, cancellable, callback, user_data);
}

void
store_open_memory_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_db_open_async (NULL, &keeper, cancellable, callback, user_data);
}
