/* store-whole.c: a conversation with all that belongs to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-whole.h"

#include "rows/store-conversation.h"
#include "rows/store-message.h"

StoreWhole *
store_whole_new (void)
{
  StoreWhole *self = g_new0 (StoreWhole, 1);

  self->row = store_conversation_new ();
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);
  self->source = "";
  self->notes = store_import_notes_new ();
  return self;
}

void
store_whole_free (StoreWhole *self)
{
  if (!self)
    return;

  store_conversation_free (self->row);
  g_free (self->origin);
  g_ptr_array_unref (self->messages);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_free (self->problem);
  g_free (self);
}

StoreWhole *
store_whole_load (StoreConnection *connection, gint64 id, GError **error)
{
  StoreWhole *self = g_new0 (StoreWhole, 1);

  self->row = store_conversation_load (connection, id, &self->origin, error);
  self->messages = store_message_load_all (connection, id, error);
  if (self->row && self->messages)
    return self;
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  store_conversation_free (self->row);
  g_free (self->origin);
  g_free (self);
  return NULL;
}

GPtrArray *
store_whole_list_branch (StoreWhole *self)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  GPtrArray *branch = g_ptr_array_new ();
  StoreMessage *message;

  for (guint i = 0; i < self->messages->len; i++)
    {
      message = self->messages->pdata[i];
      g_hash_table_insert (by_id, &message->id, message);
    }
  for (message = g_hash_table_lookup (by_id, &self->row->head_id); message && branch->len < self->messages->len;
       message = g_hash_table_lookup (by_id, &message->parent_id))
    g_ptr_array_insert (branch, 0, message);
  return branch;
}

/* ---- Filling one from a file ------------------------------------------------------------------------------------ */

gboolean
store_import_invalid (GError **error, const char *format, ...)
{
  va_list args;
  GError *problem;

  va_start (args, format);
  problem = g_error_new_valist (STORE_ERROR, STORE_ERROR_INVALID, format, args);
  va_end (args);
  g_propagate_error (error, problem);
  return FALSE;
}

gboolean
store_whole_take (StoreWhole *self, gint64 parent_id, StoreMessage *message, GError **error)
{
  if (self->messages->len >= STORE_MAX_IMPORT_MESSAGES)
    {
      store_message_free (message);
      return store_import_invalid (error, "A conversation in the file has more than %d messages", STORE_MAX_IMPORT_MESSAGES);
    }
  message->id = self->messages->len + 1;
  message->parent_id = parent_id;
  g_ptr_array_add (self->messages, message);
  return TRUE;
}

StoreMessage *
store_whole_add (StoreWhole *self, gint64 parent_id, StoreRole role, const char *text, GError **error)
{
  StoreMessage *message = store_message_new ();

  message->role = role;
  g_free (message->text);
  message->text = g_strdup (text);
  return store_whole_take (self, parent_id, message, error) ? message : NULL;
}

StoreMessage *
store_whole_add_last (StoreWhole *self, StoreRole role, const char *text, GError **error)
{
  StoreMessage *message = store_whole_add (self, self->row->head_id, role, text, error);

  if (message)
    self->row->head_id = message->id;
  return message;
}

void
store_whole_set_title (StoreWhole *self, const char *title)
{
  g_free (self->row->title);
  self->row->title = g_strdup (title ? title : "");
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static const char *const role_names[] = { "system", "user", "assistant", "observation" };
static const char *const state_names[] = { "complete", "generating", "interrupted", "stopped", "length", "failed" };
static const char *const call_state_names[] = { "asked", "running", "done", "failed", "refused", "stopped", "lost", "not-run" };
static const char *const allowed_by_names[] = { "nobody", "person", "chat-rule", "rule", "class" };

static int
find_name (const char *const *names, int n, const char *name)
{
  for (int i = 0; i < n; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return i;
  return -1;
}

const char *
store_role_name (StoreRole role)
{
  return role_names[role];
}

int
store_role_from_name (const char *name)
{
  return find_name (role_names, G_N_ELEMENTS (role_names), name);
}

const char *
store_state_name (StoreState state)
{
  return state_names[state];
}

int
store_state_from_name (const char *name)
{
  return find_name (state_names, G_N_ELEMENTS (state_names), name);
}

const char *
store_call_state_name (StoreCallState state)
{
  return call_state_names[state];
}

int
store_call_state_from_name (const char *name)
{
  return find_name (call_state_names, G_N_ELEMENTS (call_state_names), name);
}

const char *
store_allowed_by_name (StoreAllowedBy allowed_by)
{
  return allowed_by_names[allowed_by];
}

int
store_allowed_by_from_name (const char *name)
{
  return find_name (allowed_by_names, G_N_ELEMENTS (allowed_by_names), name);
}
