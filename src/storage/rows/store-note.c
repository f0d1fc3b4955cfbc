/* store-note.c: texts that belong to no conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-db.h"
#include "rows/store-record.h"

typedef struct
{
  char *name;
  char *text; /* NULL: none */
} Note;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->name);
  g_free (note->text);
  g_free (note);
}

static Note *
note_new (const char *name, const char *text)
{
  Note *note = g_new (Note, 1);

  *note = (Note){ g_strdup (name), text && *text ? g_strdup (text) : NULL };
  return note;
}

static gboolean
get_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const Note *note = request;
  g_autoptr (sqlite3_stmt) row = store_prepare (connection, error, "SELECT text FROM note WHERE name = ?1", "t", note->name);
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  result->list = g_ptr_array_new_with_free_func (g_free);
  if (store_step (row, &local_error))
    g_ptr_array_add (result->list, store_column_text (row, 0));
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

void
store_get_note_async (StoreDb *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (name != NULL);

  store_db_request (self, STORE_ACCESS_READ, get_work, note_new (name, NULL), note_free, cancellable, callback, user_data);
}

/* A note is never in the search index, so what is left of it stands in the WAL alone. */
static gboolean
forget (StoreConnection *connection, const char *name, GError **error)
{
  int n_changed = 0;

  return store_exec (connection, &n_changed, error, "DELETE FROM note WHERE name = ?1", "t", name)
         && (n_changed == 0
             || store_exec (connection, NULL, error,
                            "INSERT INTO property VALUES ('purged', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1"
                            " WHERE value = 0",
                            "i", STORE_PURGED_LOG));
}

static gboolean
set_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const Note *note = request;

  if (!store_check_length (note->text, STORE_MAX_TEXT_BYTES, "The text", error))
    return FALSE;
  if (!note->text)
    return forget (connection, note->name, error);
  return store_exec (connection, NULL, error,
                     "INSERT INTO note (name, text) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET text = ?2", "tt",
                     note->name, note->text);
}

void
store_set_note_async (StoreDb *self, const char *name, const char *text, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (name != NULL);

  store_db_request (self, STORE_ACCESS_CHEAP, set_work, note_new (name, text), note_free, cancellable, callback, user_data);
}
