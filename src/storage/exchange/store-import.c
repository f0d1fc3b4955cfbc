/* store-import.c: conversations from files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A preview and an import are the same walk over the file, a few conversations a turn of the storage thread; only the import
 * inserts.  Each conversation is one transaction; the last one is synced, and with it all before it.
 */
#include "exchange/store-import.h"

#include <string.h>

#include "db/store-db.h"
#include "exchange/store-import-alpaca.h"
#include "exchange/store-import-gpt4all.h"
#include "exchange/store-import-json.h"
#include "exchange/store-merge.h"
#include "exchange/store-progress.h"
#include "rows/store-attachment.h"
#include "rows/store-conversation.h"
#include "rows/store-message.h"
#include "rows/store-record.h"

#define TURN_MS     25
#define TITLE_CHARS 60

/* ---- Which reader ----------------------------------------------------------------------------------------------- */

void
store_reader_free (StoreReader *self)
{
  if (self)
    self->free (self);
}

static gboolean
set_unreadable (GError **error, GError *problem)
{
  store_import_invalid (error, "The file cannot be read: %s", problem->message);
  g_error_free (problem);
  return FALSE;
}

/* 0: the file does not know. */
static gint64
get_size (GFileInputStream *stream)
{
  g_autoptr (GFileInfo) info = g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, NULL);

  return info ? g_file_info_get_size (info) : 0;
}

/* What people try that is no JSON; NULL: something else. */
static const char *
find_kind (const guchar *start, gsize n)
{
  static const struct
  {
    const char *start, *name;
  } kinds[] = {
    { "PK\3\4", "a zip archive, whose files have to be unpacked first" },
    { "\x1f\x8b", "a gzip archive, which has to be unpacked first" },
    { "%PDF", "a PDF" },
    { "<!DOCTYPE", "a web page" },
    { "<!doctype", "a web page" },
    { "<html", "a web page" },
    { "<?xml", "XML" },
    { "# ", "Markdown" },
    { "---\n", "Markdown" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (n >= strlen (kinds[i].start) && memcmp (start, kinds[i].start, strlen (kinds[i].start)) == 0)
      return kinds[i].name;
  return NULL;
}

StoreReader *
store_reader_open (GFile *file, GError **error)
{
  static const guchar gpt4all[] = { 0xf5, 0xd5, 0x53, 0xcc };
  g_autoptr (GFileInputStream) stream = NULL;
  guchar start[16] = { 0 };
  gsize n = 0;
  GError *problem = NULL;

  stream = g_file_read (file, NULL, &problem);
  if (!stream || !g_input_stream_read_all (G_INPUT_STREAM (stream), start, sizeof start, &n, NULL, &problem)
      || !g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, &problem))
    {
      set_unreadable (error, problem);
      return NULL;
    }
  if (memcmp (start, gpt4all, sizeof gpt4all) == 0)
    return store_gpt4all_reader_new (G_INPUT_STREAM (stream), error);
  if (memcmp (start, "SQLite format 3", 16) == 0)
    {
      const char *path = g_file_peek_path (file);

      if (path)
        return store_alpaca_reader_new (path, error);
      store_import_invalid (error, "A database can be imported only from this computer");
      return NULL;
    }
  if (find_kind (start, n))
    {
      store_import_invalid (error, "This is %s; Myna reads what is exported as JSON", find_kind (start, n));
      return NULL;
    }
  return store_json_reader_new (G_INPUT_STREAM (stream), get_size (stream));
}

/* ---- Completing what a file does not say ------------------------------------------------------------------------ */

static StoreMessage *
above (StoreWhole *whole, const StoreMessage *message)
{
  return message->parent_id ? whole->messages->pdata[message->parent_id - 1] : NULL;
}

/* The first question of the branch that is shown; NULL: there is none. */
static const StoreMessage *
first_question (StoreWhole *whole)
{
  gint64 head = whole->row->head_id;
  const StoreMessage *first = NULL;

  if (head < 1 || head > whole->messages->len)
    return NULL;
  for (const StoreMessage *message = whole->messages->pdata[head - 1]; message; message = above (whole, message))
    if (message->role == STORE_ROLE_USER)
      first = message;
  return first;
}

/* Its start, in one line. */
static char *
title_from_text (StoreWhole *whole)
{
  const StoreMessage *question = first_question (whole);
  g_autofree char *valid = g_utf8_make_valid (question ? question->text : "", -1), *line = NULL;
  char *start = g_strstrip (valid);

  line = g_strndup (start, strcspn (start, "\r\n"));
  return g_utf8_substring (line, 0, MIN (TITLE_CHARS, g_utf8_strlen (line, -1)));
}

#define MAX_CALLS 64 /* that are asked for at once */

/* The call that a result is of: of several calls in a row, results come in the same order.  NULL: of none. */
static StoreMessage *
find_call (StoreWhole *whole, const StoreMessage *result)
{
  StoreMessage *calls[MAX_CALLS], *at = above (whole, result);
  guint n_results = 0, n_calls = 0;

  for (; at && at->role == STORE_ROLE_OBSERVATION && n_results < MAX_CALLS; at = above (whole, at))
    n_results++;
  for (; at && at->call && n_calls < MAX_CALLS; at = above (whole, at))
    calls[n_calls++] = at;
  return n_results < n_calls ? calls[n_calls - 1 - n_results] : NULL;
}

/* A call of another program was run when something came of it. */
static void
end_calls (StoreWhole *whole)
{
  for (guint i = 0; i < whole->messages->len; i++)
    {
      StoreMessage *message = whole->messages->pdata[i];
      StoreMessage *asked = message->role == STORE_ROLE_OBSERVATION ? find_call (whole, message) : NULL;

      if (message->call)
        message->call->state = STORE_CALL_LOST;
      if (!asked)
        continue;
      asked->call->state = STORE_CALL_DONE;
      g_free (asked->call->result);
      asked->call->result = g_strdup (message->text);
    }
}

/* What the store would refuse is told before. */
static void
check_sizes (StoreWhole *whole)
{
  g_autoptr (GError) problem = NULL;

  for (guint i = 0; !whole->problem && i < whole->messages->len; i++)
    {
      const StoreMessage *message = whole->messages->pdata[i];

      if (!store_check_length (message->text, STORE_MAX_TEXT_BYTES, "A message", &problem)
          || !store_attachments_check (message->attachments, &problem)
          || !store_check_length (message->model, STORE_MAX_TITLE_BYTES, "The name of a model", &problem))
        whole->problem = g_strdup (problem->message);
    }
}

/* Times of messages that are missing are those before; the conversation's are its messages': it is never older than they are,
 * which the search relies on. */
static void
complete (StoreWhole *whole, gboolean is_ours)
{
  StoreConversation *row = whole->row;
  gint64 time = row->created_at;
  char *title;

  for (guint i = 0; i < whole->messages->len; i++)
    {
      StoreMessage *message = whole->messages->pdata[i];

      if (message->created_at <= 0)
        message->created_at = time;
      time = MAX (time, message->created_at);
      if (row->created_at <= 0)
        row->created_at = message->created_at;
    }
  row->updated_at = MAX (row->updated_at, time);
  if (!*row->title && !is_ours)
    {
      g_free (row->title);
      row->title = title_from_text (whole);
    }
  title = store_tame_name (row->title);
  g_free (row->title);
  row->title = title;
}

/* ---- The walk --------------------------------------------------------------------------------------------------- */

typedef struct
{
  GFile *file;
  GHashTable *indices; /* NULL: all */
  gboolean inserts;
  StoreReader *reader;
  guint next;             /* index of the next conversation in the file */
  guint n_good;           /* of them, not refused */
  char *problem;          /* the first one; NULL: none yet */
  GHashTable *folder_ids; /* id in the file → ours */
  GHashTable *seen;       /* origins in the file so far → checksum of the messages */
  GPtrArray *entries;
  StoreProgress *progress; /* NULL: nobody looks */
} Import;

static void
import_free (gpointer data)
{
  Import *import = data;

  g_object_unref (import->file);
  g_clear_pointer (&import->indices, g_hash_table_unref);
  store_reader_free (import->reader);
  g_hash_table_unref (import->folder_ids);
  g_hash_table_unref (import->seen);
  g_free (import->problem);
  g_clear_pointer (&import->entries, g_ptr_array_unref);
  g_clear_pointer (&import->progress, store_progress_unref);
  g_free (import);
}

/* Our folder for one of the file: the one of the same name in the same place, or a new one.  *ret_id 0: none. */
static gboolean
map_folder (StoreConnection *connection, Import *import, gint64 file_id, gboolean may_nest, gint64 *ret_id, GError **error)
{
  StoreFolder *folder = import->reader->folders ? g_hash_table_lookup (import->reader->folders, &file_id) : NULL;
  gint64 *known = folder ? g_hash_table_lookup (import->folder_ids, &file_id) : NULL;
  gint64 parent_id = 0;

  *ret_id = known ? *known : 0;
  if (!folder || known)
    return TRUE;
  if (may_nest && folder->parent_id && !map_folder (connection, import, folder->parent_id, FALSE, &parent_id, error))
    return FALSE;
  if (!store_query_int (connection, 0, ret_id, error, "SELECT id FROM folder WHERE name = ?1 AND parent_id IS ?2", "tZ",
                        folder->name, parent_id))
    return FALSE;
  if (*ret_id == 0)
    {
      if (!store_check_length (folder->name, STORE_MAX_TITLE_BYTES, "The name", error)
          || !store_exec (connection, NULL, error, "INSERT INTO folder (name, parent_id, created_at) VALUES (?1, ?2, ?3)",
                          "tZI", folder->name, parent_id, store_now ()))
        return FALSE;
      *ret_id = sqlite3_last_insert_rowid (connection->db);
    }
  g_hash_table_insert (import->folder_ids, g_memdup2 (&file_id, sizeof file_id), g_memdup2 (ret_id, sizeof *ret_id));
  return TRUE;
}

static gboolean
insert_messages (StoreConnection *connection, StoreWhole *whole, gint64 conversation_id, gint64 *ret_head, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  gint64 *head;

  for (guint i = 0; i < whole->messages->len; i++)
    {
      StoreMessage *message = whole->messages->pdata[i];
      gint64 *parent = message->parent_id ? g_hash_table_lookup (ids, &message->parent_id) : NULL;
      gint64 file_id = message->id, id;

      message->conversation_id = conversation_id;
      message->parent_id = parent ? *parent : 0;
      if (!store_message_insert (connection, message, &id, error))
        return FALSE;
      g_hash_table_insert (ids, g_memdup2 (&file_id, sizeof file_id), g_memdup2 (&id, sizeof id));
    }
  head = g_hash_table_lookup (ids, &whole->row->head_id);
  *ret_head = head ? *head : 0;
  return TRUE;
}

static gboolean
insert_whole (StoreConnection *connection, Import *import, StoreWhole *whole, GError **error)
{
  gint64 id, head;

  return map_folder (connection, import, whole->row->folder_id, TRUE, &whole->row->folder_id, error)
         && store_conversation_insert (connection, whole->row, whole->origin, &id, error)
         && insert_messages (connection, whole, id, &head, error)
         && store_exec (connection, NULL, error, "UPDATE conversation SET head_id = ?1 WHERE id = ?2", "ZI", head, id);
}

/* ---- What becomes of one ---------------------------------------------------------------------------------------- */

/* Two of one file may have one id: where they are different, each is a conversation of its own. */
static gboolean
is_repeated (Import *import, StoreWhole *whole, const char *checksum)
{
  const char *other = g_hash_table_lookup (import->seen, whole->origin);
  char *own;

  if (other && !g_str_equal (other, checksum))
    {
      own = g_strconcat (whole->origin, "#", checksum, NULL);
      g_free (whole->origin);
      whole->origin = own;
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_SHARED_ID, NULL, 1);
      other = g_hash_table_lookup (import->seen, whole->origin);
    }
  if (other)
    return TRUE;
  g_hash_table_insert (import->seen, g_strdup (whole->origin), g_strdup (checksum));
  return FALSE;
}

static gboolean
find_known (StoreConnection *connection, const char *origin, gint64 *ret_id, GError **error)
{
  return store_query_int (connection, 0, ret_id, error, "SELECT id FROM conversation WHERE origin = ?1", "t", origin);
}

/* The one in the history that it is, or that it was before it went on; *ret_id 0: none. */
static gboolean
find_older (StoreConnection *connection, Import *import, StoreWhole *whole, const StoreIdentity *identity, gint64 *ret_id,
            GError **error)
{
  if (!find_known (connection, whole->origin, ret_id, error))
    return FALSE;
  for (guint i = identity->origins->len; *ret_id == 0 && i > 2; i--)
    {
      const char *origin = identity->origins->pdata[i - 2];

      if (g_hash_table_contains (import->seen, origin))
        continue;
      if (!find_known (connection, origin, ret_id, error))
        return FALSE;
      if (*ret_id)
        g_hash_table_insert (import->seen, g_strdup (origin), g_strdup (""));
    }
  return TRUE;
}

static gboolean
is_trashed (StoreConnection *connection, gint64 id, gboolean *ret_trashed, GError **error)
{
  gint64 time = 0;

  if (!store_query_int (connection, 0, &time, error, "SELECT deleted_at FROM conversation WHERE id = ?1", "I", id))
    return FALSE;
  *ret_trashed = time != 0;
  return TRUE;
}

/* *ret_merge: with the one in the history; NULL: there is none. */
static gboolean
judge (StoreConnection *connection, Import *import, StoreWhole *whole, StoreImportEntry *entry, StoreMerge **ret_merge,
       GError **error)
{
  g_autoptr (StoreIdentity) identity = store_identity_new (whole);
  gboolean is_ours = g_str_equal (whole->source, "Myna"), trashed = FALSE;
  gint64 id = 0;

  entry->state = STORE_IMPORT_REFUSED;
  if (whole->problem)
    return TRUE;
  entry->state = STORE_IMPORT_EMPTY;
  if (whole->messages->len == 0 && !is_ours)
    return TRUE;
  entry->state = STORE_IMPORT_REPEATED;
  if (is_repeated (import, whole, identity->checksum))
    return TRUE;
  if (!find_older (connection, import, whole, identity, &id, error))
    return FALSE;
  entry->state = STORE_IMPORT_NEW;
  entry->n_new = whole->messages->len;
  if (id == 0)
    return TRUE;
  *ret_merge = store_merge_new (connection, whole, id, error);
  if (!*ret_merge || !is_trashed (connection, id, &trashed, error))
    return FALSE;
  entry->n_new = trashed ? 0 : store_merge_count_new (*ret_merge);
  entry->state = trashed ? STORE_IMPORT_TRASHED : entry->n_new ? STORE_IMPORT_GROWN : STORE_IMPORT_KNOWN;
  return TRUE;
}

/* Inserts what is to be.  What this file alone is to blame for becomes the entry's problem. */
static gboolean
add (StoreConnection *connection, Import *import, StoreWhole *whole, StoreImportEntry *entry, StoreMerge *merge, GError **error)
{
  GError *problem = NULL;
  gboolean success;

  if (import->indices && store_import_entry_can_copy (entry))
    {
      g_autofree char *id = g_uuid_string_random ();

      g_free (whole->origin);
      whole->origin = g_strconcat ("copy:", id, NULL);
      entry->state = STORE_IMPORT_NEW;
      entry->n_new = whole->messages->len;
    }
  if (entry->state != STORE_IMPORT_NEW && entry->state != STORE_IMPORT_GROWN)
    return TRUE;
  if (!store_connection_begin (connection, STORE_ACCESS_CHEAP, error))
    return FALSE;
  success = entry->state == STORE_IMPORT_NEW ? insert_whole (connection, import, whole, &problem)
                                             : store_merge_add (merge, connection, whole, &problem);
  if (!success && g_error_matches (problem, STORE_ERROR, STORE_ERROR_INVALID))
    {
      store_connection_end (connection, FALSE, NULL);
      entry->state = STORE_IMPORT_REFUSED;
      entry->n_new = 0;
      entry->problem = g_strdup (problem->message);
      g_error_free (problem);
      return TRUE;
    }
  if (problem)
    g_propagate_error (error, problem);
  return store_connection_end (connection, success, error);
}

static StoreImportEntry *
entry_new (StoreWhole *whole)
{
  StoreImportEntry *entry = g_new0 (StoreImportEntry, 1);

  entry->source = whole->source;
  entry->title = g_strdup (whole->row->title);
  entry->time = whole->row->updated_at;
  entry->n_messages = whole->messages->len;
  entry->problem = g_strdup (whole->problem);
  return entry;
}

static gboolean
take_whole (StoreConnection *connection, Import *import, StoreWhole *whole, GError **error)
{
  gboolean is_wanted = !import->indices || g_hash_table_contains (import->indices, GUINT_TO_POINTER (import->next));
  g_autoptr (StoreImportEntry) entry = NULL;
  g_autoptr (StoreMerge) merge = NULL;

  import->next++;
  if (!g_str_equal (whole->source, "Myna"))
    end_calls (whole);
  check_sizes (whole);
  complete (whole, g_str_equal (whole->source, "Myna"));
  entry = entry_new (whole);
  if (!judge (connection, import, whole, entry, &merge, error))
    return FALSE;
  if (import->inserts && is_wanted && !add (connection, import, whole, entry, merge, error))
    return FALSE;
  entry->notes = g_ptr_array_ref (whole->notes);
  entry->is_duplicate = entry->state != STORE_IMPORT_NEW && entry->state != STORE_IMPORT_GROWN;
  import->n_good += entry->state != STORE_IMPORT_REFUSED;
  if (!import->problem)
    import->problem = g_strdup (entry->problem);
  if (is_wanted || !import->inserts)
    g_ptr_array_add (import->entries, g_steal_pointer (&entry));
  return TRUE;
}

/* Some conversations; *ret_done at the end of the file. */
static gboolean
run_turn (StoreConnection *connection, Import *import, gboolean *ret_done, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + TURN_MS * 1000;

  *ret_done = FALSE;
  while (!*ret_done && g_get_monotonic_time () < deadline)
    {
      g_autoptr (StoreWhole) whole = NULL;

      if (!import->reader->next (import->reader, &whole, error))
        return FALSE;
      *ret_done = whole == NULL;
      if (whole && !take_whole (connection, import, whole, error))
        return FALSE;
    }
  if (*ret_done && import->n_good == 0 && (import->problem || !import->reader->is_known))
    return store_import_invalid (error, "%s", import->problem ? import->problem : "There are no conversations in the file");
  return TRUE;
}

static gboolean
import_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  Import *import = request;
  guint n_before = import->entries->len;
  gboolean done = FALSE, success;

  if (!import->reader)
    import->reader = store_reader_open (import->file, error);
  success = import->reader && run_turn (connection, import, &done, error);
  if (success)
    store_progress_set (import->progress, done ? import->reader->n_total : import->reader->n_done, import->reader->n_total);
  if (import->inserts && success && done)
    success = store_property_set (connection, STORE_ACCESS_SYNCED, "imported_at", store_now (), error);

  g_array_set_size (connection->changes, 0);
  if (import->inserts && import->entries->len > n_before)
    {
      store_connection_changed (connection, STORE_CHANGE_CONVERSATION, 0, 0);
      store_connection_changed (connection, STORE_CHANGE_FOLDERS, 0, 0);
    }
  result->again = success && !done;
  if (success && done)
    result->list = g_steal_pointer (&import->entries);
  return success;
}

static void
request_import (StoreDb *self, GFile *file, const guint *indices, gsize n_indices, gboolean inserts, StoreProgress *progress,
                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Import *import = g_new0 (Import, 1);

  import->file = g_object_ref (file);
  import->inserts = inserts;
  import->progress = progress ? store_progress_ref (progress) : NULL;
  import->indices = n_indices ? g_hash_table_new (NULL, NULL) : NULL;
  for (gsize i = 0; i < n_indices; i++)
    g_hash_table_add (import->indices, GUINT_TO_POINTER (indices[i]));
  import->folder_ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  import->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  import->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) store_import_entry_free);
  store_db_request (self, STORE_ACCESS_RAW, import_work, import, import_free, cancellable, callback, user_data);
}

void
store_preview_import_async (StoreDb *self, GFile *file, StoreProgress *progress, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (G_IS_FILE (file));

  request_import (self, file, NULL, 0, FALSE, progress, cancellable, callback, user_data);
}

void
store_import_async (StoreDb *self, GFile *file, const guint *indices, gsize n_indices, StoreProgress *progress,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (G_IS_FILE (file));

  request_import (self, file, indices, n_indices, TRUE, progress, cancellable, callback, user_data);
}
