/* store-attachment.c: what is attached to a message, as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outside, attachments are JSON (StoreMessage.attachments); here each is a row that points to a document, whose passages joined
 * are its text.  JSON that says anything else stays in the message's column: nothing is lost of it.
 *
 * A long text goes in once and comes out only where it is asked for: elsewhere the JSON has its beginning, and says which document it
 * is of.  Such JSON can be written again.
 */
#include "rows/store-attachment.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "rows/store-passage.h"
#include "rows/store-record.h"
#include "text/text-json.h"

#define N_BEGINNING 4 /* passages */

typedef struct
{
  const char *name, *text, *type; /* of the root */
  const char *document;           /* the SHA-256 of a text that is there already, of which this is the beginning; NULL: none */
  gint64 n_pages, n_bytes;
  StoreUse use;
  JsonNode *root;
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  json_node_unref (file->root);
  g_free (file);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static gboolean
read_number (const char *text, gint64 *ret_number)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    return FALSE;
  *ret_number = (gint64) number;
  return text[0] != '0' && text[0] != '+';
}

static gboolean
read_use (const char *text, StoreUse *ret_use)
{
  *ret_use = g_str_equal (text, "whole") ? STORE_USE_WHOLE : STORE_USE_PASSAGES;
  return *ret_use == STORE_USE_WHOLE || g_str_equal (text, "passages");
}

static gboolean
take_member (File *file, const char *name, const char *value)
{
  if (g_str_equal (name, "name"))
    file->name = value;
  else if (g_str_equal (name, "text"))
    file->text = value;
  else if (g_str_equal (name, "type"))
    file->type = value;
  else if (g_str_equal (name, "document"))
    file->document = value;
  else if (g_str_equal (name, "bytes"))
    return read_number (value, &file->n_bytes);
  else if (g_str_equal (name, "pages"))
    return read_number (value, &file->n_pages);
  else if (g_str_equal (name, "use"))
    return read_use (value, &file->use);
  else
    return FALSE;
  return TRUE;
}

static File *
parse_file (JsonNode *root, JsonNode *node)
{
  File *file = g_new0 (File, 1);
  gboolean is_known = JSON_NODE_HOLDS_OBJECT (node);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  file->root = json_node_ref (root);
  if (is_known)
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      while (is_known && json_object_iter_next (&iter, &name, &value))
        is_known = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING
                   && take_member (file, name, json_node_get_string (value));
    }
  if (is_known && file->name && file->text && !file->document == (file->n_bytes == 0))
    return file;
  file_free (file);
  return NULL;
}

GPtrArray *
store_attachments_parse (const char *json)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) files = NULL;
  JsonArray *array;

  /* A string with a NUL would be cut here. */
  if (!json || strstr (json, "\\u0000") || !g_utf8_validate (json, -1, NULL) || !text_json_is_tame (json, strlen (json)))
    return NULL;
  root = json_from_string (json, NULL);
  if (!root || !JSON_NODE_HOLDS_ARRAY (root) || json_array_get_length (json_node_get_array (root)) == 0)
    return NULL;
  array = json_node_get_array (root);
  files = g_ptr_array_new_with_free_func (file_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      File *file = parse_file (root, json_array_get_element (array, i));

      if (!file)
        return NULL;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

gboolean
store_attachments_check (const char *json, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  gsize n_bytes = 0;

  if (!json || strlen (json) <= STORE_MAX_ATTACHMENTS_BYTES)
    return TRUE;
  files = store_attachments_parse (json);
  for (guint i = 0; files && i < files->len; i++)
    n_bytes += strlen (((File *) files->pdata[i])->text);
  if (files && n_bytes <= STORE_MAX_ATTACHMENTS_BYTES)
    return TRUE;
  return store_check_length (json, STORE_MAX_ATTACHMENTS_BYTES, "What is attached", error);
}

static void
add_member (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static gboolean
write_passages (StoreConnection *connection, gint64 document_id, const char *text, GError **error)
{
  g_autoptr (GArray) spans = store_split_passages (text);

  for (guint i = 0; i < spans->len; i++)
    {
      const StoreSpan *span = &g_array_index (spans, StoreSpan, i);
      g_autofree char *heading = g_strndup (text + span->heading, span->heading_bytes);
      g_autofree char *part = g_strndup (text + span->start, span->n_bytes);

      if (!store_exec (connection, NULL, error,
                       "INSERT INTO passage (document_id, ordinal, page, heading, text) VALUES (?1, ?2, ?3, ?4, ?5)", "Iiitt",
                       document_id, (int) i, (int) span->page, heading, part))
        return FALSE;
    }
  return TRUE;
}

/* The document with this text, which is written where it is not there yet. */
static gboolean
find_document (StoreConnection *connection, const File *file, gint64 *ret_id, GError **error)
{
  g_autofree char *sha256 =
      file->document ? g_strdup (file->document) : g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->text, -1);
  const char *type = file->type ? file->type : "";

  if (!store_query_int (connection, 0, ret_id, error,
                        "SELECT id FROM document WHERE sha256 = ?1 AND type = ?2 AND n_pages = ?3", "ttI", sha256, type,
                        file->n_pages))
    return FALSE;
  if (*ret_id || file->document)
    return TRUE;
  if (!store_exec (connection, NULL, error, "INSERT INTO document (n_pages, n_bytes, sha256, type) VALUES (?1, ?2, ?3, ?4)",
                   "IItt", file->n_pages, (gint64) strlen (file->text), sha256, type))
    return FALSE;
  *ret_id = sqlite3_last_insert_rowid (connection->db);
  return write_passages (connection, *ret_id, file->text, error);
}

gboolean
store_attachments_are_there (StoreConnection *connection, GPtrArray *files, gboolean *ret_are_there, GError **error)
{
  *ret_are_there = TRUE;
  for (guint i = 0; i < files->len && *ret_are_there; i++)
    {
      gint64 id = 0;

      if (((File *) files->pdata[i])->document && !find_document (connection, files->pdata[i], &id, error))
        return FALSE;
      *ret_are_there = !((File *) files->pdata[i])->document || id != 0;
    }
  return TRUE;
}

gboolean
store_attachments_write (StoreConnection *connection, gint64 message_id, GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = g_ptr_array_index (files, i);
      gint64 document_id;

      if (!find_document (connection, file, &document_id, error)
          || !store_exec (connection, NULL, error,
                          "INSERT INTO attachment (message_id, document_id, ordinal, use, name) VALUES (?1, ?2, ?3, ?4, ?5)",
                          "IIiit", message_id, document_id, (int) i, (int) file->use, file->name))
        return FALSE;
    }
  return TRUE;
}

gboolean
store_given_write (StoreConnection *connection, gint64 message_id, GPtrArray *given, GError **error)
{
  for (guint i = 0; given && i < given->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (given, i);

      if (passage->sha256
          && !store_exec (connection, NULL, error,
                          "INSERT INTO given (message_id, passage_id, number) SELECT ?1, p.id, ?2 FROM passage p"
                          " JOIN document d ON d.id = p.document_id WHERE d.sha256 = ?3 AND p.ordinal = ?4 LIMIT 1",
                          "Iiti", message_id, (int) passage->number, passage->sha256, (int) passage->ordinal))
        return FALSE;
    }
  return TRUE;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* The whole text, or only its first passages. */
static char *
join_passages (StoreConnection *connection, gint64 document_id, gboolean whole, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error, "SELECT text FROM passage WHERE document_id = ?1 ORDER BY id LIMIT ?2", "Ii",
                     document_id, whole ? -1 : N_BEGINNING);
  g_autoptr (GString) text = g_string_new (NULL);
  GError *local_error = NULL;

  if (!row)
    return NULL;
  while (store_step (row, &local_error))
    {
      g_autofree char *part = store_column_text (row, 0);

      g_string_append (text, part);
    }
  if (!local_error)
    return g_string_free (g_steal_pointer (&text), FALSE);
  g_propagate_error (error, local_error);
  return NULL;
}

/* What no model is given whole. */
static gboolean
is_long (sqlite3_stmt *row)
{
  return sqlite3_column_int64 (row, 5) > STORE_LONG_DOCUMENT_BYTES && sqlite3_column_int (row, 1) != STORE_USE_WHOLE;
}

static gboolean
add_file (StoreConnection *connection, sqlite3_stmt *row, gboolean whole, JsonBuilder *builder, GError **error)
{
  static const char *const uses[] = { NULL, "whole", "passages" };
  g_autofree char *name = store_column_text (row, 0);
  g_autofree char *type = store_column_text (row, 3);
  g_autofree char *pages = g_strdup_printf ("%d", sqlite3_column_int (row, 2));
  gboolean is_whole = whole || !is_long (row);
  g_autofree char *text = join_passages (connection, sqlite3_column_int64 (row, 4), is_whole, error);
  g_autofree char *bytes = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) sqlite3_column_int64 (row, 5)), *sha256 = NULL;
  int use = sqlite3_column_int (row, 1);

  if (!text)
    return FALSE;
  json_builder_begin_object (builder);
  add_member (builder, "name", name);
  add_member (builder, "text", text);
  if (sqlite3_column_int (row, 2) > 0)
    add_member (builder, "pages", pages);
  if (*type)
    add_member (builder, "type", type);
  if (uses[use])
    add_member (builder, "use", uses[use]);
  if (!is_whole)
    {
      sha256 = store_column_text (row, 6);
      add_member (builder, "bytes", bytes);
      add_member (builder, "document", sha256);
    }
  json_builder_end_object (builder);
  return TRUE;
}

static gboolean
read_files (StoreConnection *connection, StoreMessage *message, gboolean whole, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (
      connection, error,
      "SELECT a.name, a.use, d.n_pages, d.type, d.id, d.n_bytes, d.sha256 FROM attachment a JOIN document d ON d.id = a.document_id"
      " WHERE a.message_id = ?1 ORDER BY a.ordinal, a.id",
      "I", message->id);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) root = NULL;
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  while (!local_error && store_step (row, &local_error))
    {
      if (!builder)
        {
          builder = json_builder_new ();
          json_builder_begin_array (builder);
        }
      add_file (connection, row, whole, builder, &local_error);
    }
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (!builder)
    return TRUE;
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  message->attachments = json_to_string (root, FALSE);
  return TRUE;
}

GPtrArray *
store_passage_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
}

StorePassage *
store_passage_from_row (sqlite3_stmt *row)
{
  StorePassage *passage = g_new0 (StorePassage, 1);

  passage->id = sqlite3_column_int64 (row, 0);
  passage->document_id = sqlite3_column_int64 (row, 1);
  passage->ordinal = sqlite3_column_int (row, 2);
  passage->page = sqlite3_column_int (row, 3);
  passage->heading = store_column_name (row, 4);
  return passage;
}

StorePassage *
store_passage_read (StoreConnection *connection, gint64 id, gint64 message_id, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error,
                     "SELECT " STORE_PASSAGE_COLUMNS ", p.text, (SELECT a.name FROM attachment a JOIN message m"
                     "  ON m.id = a.message_id WHERE a.document_id = p.document_id AND m.conversation_id ="
                     "  (SELECT conversation_id FROM message WHERE id = ?2)"
                     "  ORDER BY a.message_id <= ?2 DESC, a.message_id DESC LIMIT 1)"
                     " FROM passage p WHERE p.id = ?1",
                     "II", id, message_id);
  StorePassage *passage;

  if (!row || !store_step (row, error))
    return NULL;
  passage = store_passage_from_row (row);
  passage->text = store_column_text (row, 5);
  passage->name = store_column_name (row, 6);
  if (!passage->name)
    passage->name = g_strdup ("");
  return passage;
}

/* The name is that under which the newest message above has the document; 'd' is kept apart from its alternatives. */
static gboolean
read_given (StoreConnection *connection, StoreMessage *message, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error,
                     "SELECT " STORE_PASSAGE_COLUMNS ", g.number, p.text, d.sha256,"
                     " (SELECT a.name FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.document_id = d.id"
                     "  AND m.conversation_id = ?2 ORDER BY a.message_id <= ?1 DESC, a.message_id DESC LIMIT 1)"
                     " FROM given g JOIN passage p ON p.id = g.passage_id JOIN document d ON d.id = p.document_id"
                     " WHERE g.message_id = ?1 ORDER BY g.number",
                     "II", message->id, message->conversation_id);
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      StorePassage *passage = store_passage_from_row (row);

      passage->message_id = message->id;
      passage->number = sqlite3_column_int (row, 5);
      passage->text = store_column_text (row, 6);
      passage->sha256 = store_column_text (row, 7);
      passage->name = store_column_name (row, 8);
      if (!passage->name)
        passage->name = g_strdup ("");
      if (!message->given)
        message->given = store_passage_list_new ();
      g_ptr_array_add (message->given, passage);
    }
  if (!local_error)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

gboolean
store_attachments_read (StoreConnection *connection, StoreMessage *message, gboolean whole, GError **error)
{
  return (message->attachments || read_files (connection, message, whole, error))
         && (message->role != STORE_ROLE_USER || read_given (connection, message, error));
}

/* ---- Older histories -------------------------------------------------------------------------------------------- */

static gboolean
take_apart (StoreConnection *connection, gint64 message_id, const char *json, GError **error)
{
  g_autoptr (GPtrArray) files = store_attachments_parse (json);

  return !files
         || (store_attachments_write (connection, message_id, files, error)
             && store_exec (connection, NULL, error, "UPDATE message SET attachments = NULL WHERE id = ?1", "I", message_id));
}

gboolean
store_attachments_take_apart (StoreConnection *connection, GError **error)
{
  gint64 id = 0;

  for (;;)
    {
      GError *local_error = NULL;
      g_autofree char *json = NULL;
      g_autoptr (sqlite3_stmt) row =
          store_prepare (connection, error,
                         "SELECT id, attachments FROM message WHERE id > ?1 AND attachments IS NOT NULL ORDER BY id LIMIT 1",
                         "I", id);

      if (!row)
        return FALSE;
      if (!store_step (row, &local_error))
        {
          if (local_error)
            g_propagate_error (error, local_error);
          return !local_error;
        }
      id = sqlite3_column_int64 (row, 0);
      json = store_column_text (row, 1);
      sqlite3_reset (row);
      if (!take_apart (connection, id, json, error))
        return FALSE;
    }
}
