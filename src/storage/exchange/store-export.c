/* store-export.c: writing conversations to a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One conversation a turn of the storage thread, so that nothing waits for the export of a large history.
 */
#include "exchange/store-export.h"

#include "db/store-db.h"
#include "exchange/store-progress.h"
#include "part-file.h"

typedef struct
{
  GFile *file;
  StorePartFile *part; /* NULL: not begun */
  const StoreWriter *writer;
  StoreRenderFunc render;
  gpointer render_data;
  StoreProgress *progress; /* NULL: nobody looks */
  GArray *ids;             /* of gint64; NULL: all, found out in the first turn */
  guint next;
  gboolean is_some; /* a conversation was written */
} Export;

static const StoreWriter *const writers[] = {
  [STORE_FORMAT_MARKDOWN] = &store_markdown_writer,
  [STORE_FORMAT_JSON] = &store_json_writer,
  [STORE_FORMAT_HTML] = &store_html_writer,
  [STORE_FORMAT_TEXT] = &store_text_writer,
};

static void
export_free (gpointer data)
{
  Export *export = data;

  store_part_file_free (export->part);
  g_object_unref (export->file);
  g_clear_pointer (&export->ids, g_array_unref);
  g_clear_pointer (&export->progress, store_progress_unref);
  g_free (export);
}

static gboolean
write_all (Export *export, GString *text, GError **error)
{
  return store_part_file_write (export->part, text->str, text->len, error);
}

static gboolean
begin (StoreConnection *connection, Export *export, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GError *problem = NULL;

  if (!export->ids)
    {
      g_autoptr (sqlite3_stmt) row =
          store_prepare (connection, error, "SELECT id FROM conversation WHERE deleted_at IS NULL ORDER BY id", "");

      if (!row)
        return FALSE;
      export->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      while (store_step (row, &problem))
        {
          gint64 id = sqlite3_column_int64 (row, 0);

          g_array_append_val (export->ids, id);
        }
      if (problem)
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
    }
  export->part = store_part_file_new (export->file, error);
  if (!export->part)
    return FALSE;
  export->writer->begin (text, connection);
  return write_all (export, text, error);
}

static gboolean
write_one (StoreConnection *connection, Export *export, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) problem = NULL;
  g_autoptr (StoreWhole) whole = store_whole_load (connection, g_array_index (export->ids, gint64, export->next), &problem);

  export->next++;
  if (!whole)
    {
      /* Deleted for good since the export began. */
      if (g_error_matches (problem, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  export->writer->conversation (text, whole, !export->is_some, export->render, export->render_data);
  export->is_some = TRUE;
  return write_all (export, text, error);
}

static gboolean
export_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  Export *export = request;
  g_autoptr (GString) text = NULL;

  if (!export->part && !begin (connection, export, error))
    return FALSE;
  store_progress_set (export->progress, export->next, export->ids->len);
  if (export->next < export->ids->len)
    {
      result->again = TRUE;
      return write_one (connection, export, error);
    }

  text = g_string_new (NULL);
  export->writer->end (text);
  if (!write_all (export, text, error) || !store_part_file_keep (export->part, error))
    return FALSE;
  result->id = export->ids->len;
  return TRUE;
}

void
store_export_async (StoreDb *self, const StoreExport *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Export *export = g_new0 (Export, 1);

  g_return_if_fail (G_IS_FILE (request->file));
  g_return_if_fail (request->format >= 0 && request->format < (int) G_N_ELEMENTS (writers));

  export->file = g_object_ref (request->file);
  export->writer = writers[request->format];
  export->render = request->render;
  export->render_data = request->render_data;
  export->progress = request->progress ? store_progress_ref (request->progress) : NULL;
  if (request->n_ids > 0)
    {
      export->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_vals (export->ids, request->ids, request->n_ids);
    }
  store_db_request (self, STORE_ACCESS_RAW, export_work, export, export_free, cancellable, callback, user_data);
}
