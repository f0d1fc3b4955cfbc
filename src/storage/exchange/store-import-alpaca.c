/* store-import-alpaca.c: Alpaca's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite; chat (id, name), message (id, chat_id, role, model, date_time "2025/01/31 23:59:59", content), attachment
 * (message_id, type, name, content).  The file is only read, as immutable, by a connection that trusts nothing in it.
 */
#include "exchange/store-import-alpaca.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "care/store-file.h"
#include "exchange/store-turn.h"

typedef struct
{
  StoreReader base;
  StoreConnection *source;
  gboolean has_attachments; /* a table of them */
  GPtrArray *chats;         /* ids, in order */
  guint next;
} AlpacaReader;

/* "2025/01/31 23:59:59" in local time; 0: not a time. */
static gint64
parse_time (const char *text)
{
  int year, month, day, hour, minute, second;
  g_autoptr (GDateTime) time = NULL;

  if (!text || sscanf (text, "%4d%*1[/-]%2d%*1[/-]%2d %2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6)
    return 0;
  time = g_date_time_new_local (year, month, day, hour, minute, second);
  return time ? g_date_time_to_unix (time) * 1000 : 0;
}

/* A cell as text; never NULL.  A file that is not trusted may hold anything anywhere. */
static char *
cell (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text ? g_utf8_make_valid (text, -1) : g_strdup ("");
}

#define TEXT_TYPES "('plain_text', 'code', 'pdf', 'website', 'youtube', 'file', 'docx', 'odt')"

/* Pictures and so on, which have no text. */
static gboolean
note_media (AlpacaReader *self, StoreWhole *whole, const char *message_id, GError **error)
{
  gint64 n = 0;

  if (!self->has_attachments)
    return TRUE;
  if (!store_query_int (self->source, 0, &n, error,
                        "SELECT count (*) FROM attachment WHERE message_id = ?1 AND type NOT IN " TEXT_TYPES, "t", message_id))
    return FALSE;
  if (n > 0)
    store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_MEDIUM, "image", MIN (n, G_MAXINT));
  return TRUE;
}

static char *
read_attachments (StoreConnection *source, const char *message_id, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (source, error,
                                                "SELECT name, content FROM attachment WHERE message_id = ?1"
                                                " AND type IN " TEXT_TYPES " LIMIT 100",
                                                "t", message_id);
  g_autoptr (JsonArray) list = json_array_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);

  while (row && store_step (row, NULL))
    {
      g_autofree char *name = cell (row, 0), *text = cell (row, 1);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", name);
      json_object_set_string_member (object, "text", text);
      json_array_add_object_element (list, object);
    }
  json_node_set_array (root, list);
  return json_array_get_length (list) ? json_to_string (root, FALSE) : NULL;
}

static gboolean
read_alpaca_message (AlpacaReader *self, StoreWhole *whole, sqlite3_stmt *row, GError **error)
{
  g_autofree char *id = cell (row, 0), *name = cell (row, 1), *model = cell (row, 2), *time = cell (row, 3);
  g_autofree char *text = cell (row, 4);
  int role = store_import_role (name);
  StoreMessage *message;

  if (role < 0)
    {
      store_import_notes_add (whole->notes, STORE_IMPORT_NOTE_ROLE, name, 1);
      return TRUE;
    }
  message = store_whole_add_last (whole, role, text, error);
  if (!message)
    return FALSE;
  message->created_at = parse_time (time);
  message->model = role == STORE_ROLE_ASSISTANT && *model ? g_strdup (model) : NULL;
  message->attachments = read_attachments (self->source, id, NULL);
  return note_media (self, whole, id, error);
}

static gboolean
read_alpaca_chat (AlpacaReader *self, StoreWhole *whole, const char *id, GError **error)
{
  g_autoptr (sqlite3_stmt) title = store_prepare (self->source, error, "SELECT name FROM chat WHERE id = ?1", "t", id);
  g_autoptr (sqlite3_stmt) row =
      store_prepare (self->source, error,
                     "SELECT id, role, model, date_time, content FROM message WHERE chat_id = ?1 ORDER BY date_time, rowid",
                     "t", id);
  GError *local_error = NULL;

  if (!title || !row)
    return FALSE;
  whole->origin = g_strconcat ("alpaca:", id, NULL);
  if (store_step (title, NULL))
    {
      g_free (whole->row->title);
      whole->row->title = cell (title, 0);
    }
  while (store_step (row, &local_error))
    if (!read_alpaca_message (self, whole, row, error))
      return FALSE;
  if (local_error)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
alpaca_next (StoreReader *reader, StoreWhole **ret_whole, GError **error)
{
  AlpacaReader *self = (AlpacaReader *) reader;
  g_autoptr (StoreWhole) whole = NULL;
  g_autoptr (GError) problem = NULL;

  *ret_whole = NULL;
  if (self->next >= self->chats->len)
    return TRUE;
  whole = store_whole_new ();
  whole->source = "Alpaca";
  if (!read_alpaca_chat (self, whole, self->chats->pdata[self->next++], &problem))
    whole->problem = g_strdup (problem->message);
  reader->n_done = self->next;
  *ret_whole = g_steal_pointer (&whole);
  return TRUE;
}

static void
alpaca_free (StoreReader *reader)
{
  AlpacaReader *self = (AlpacaReader *) reader;

  g_clear_pointer (&self->source, store_connection_close);
  g_ptr_array_unref (self->chats);
  g_free (self);
}

/* Tables and not views, which could compute for ever. */
static gboolean
check_tables (StoreConnection *source, gboolean *ret_has_attachments, GError **error)
{
  gint64 n = 0, n_attachment = 0;

  if (!store_query_int (source, 0, &n, error,
                        "SELECT count (*) FROM sqlite_schema WHERE type = 'table' AND name IN ('chat', 'message')"
                        " AND sql NOT LIKE 'CREATE VIRTUAL%'",
                        "")
      || !store_query_int (source, 0, &n_attachment, error,
                           "SELECT count (*) FROM sqlite_schema WHERE type = 'table' AND name = 'attachment'"
                           " AND sql NOT LIKE 'CREATE VIRTUAL%'",
                           ""))
    return FALSE;
  *ret_has_attachments = n_attachment > 0;
  return n == 2
         || store_import_invalid (error, "The database is not one of Alpaca (of other programs, import what they export)");
}

StoreReader *
store_alpaca_reader_new (const char *path, GError **error)
{
  AlpacaReader *self = g_new0 (AlpacaReader, 1);
  g_autoptr (sqlite3_stmt) row = NULL;

  self->base.next = alpaca_next;
  self->base.free = alpaca_free;
  self->base.is_known = TRUE;
  self->chats = g_ptr_array_new_with_free_func (g_free);
  self->source = store_connection_open_foreign (path, error);
  if (self->source && check_tables (self->source, &self->has_attachments, error))
    row = store_prepare (self->source, error, "SELECT id FROM chat ORDER BY rowid LIMIT 100000", "");
  if (!row)
    {
      alpaca_free (&self->base);
      return NULL;
    }
  while (store_step (row, NULL))
    g_ptr_array_add (self->chats, cell (row, 0));
  self->base.n_total = self->chats->len;
  store_release (g_steal_pointer (&row));
  return &self->base;
}
