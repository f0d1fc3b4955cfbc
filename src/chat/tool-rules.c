/* tool-rules.c: what a person decided for all calls of a tool: changed, read, and in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/tool-rules.h"

#include <glib/gi18n.h>

#include "tools/tools.h"

void
myna_tool_rule_set_async (StoreDb *store, const char *tool, gint64 conversation_id, StoreRule rule, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  const Tool *known = tool_find (tool);
  g_autofree char *fingerprint = known ? tool_dup_fingerprint (known) : g_strdup ("");
  const StoreToolRule stored = {
    .tool = (char *) tool, .conversation_id = conversation_id, .fingerprint = fingerprint, .rule = rule
  };

  store_set_tool_rule_async (store, &stored, cancellable, callback, user_data);
}

gboolean
myna_tool_rules_allow (GPtrArray *rules, const char *tool)
{
  const Tool *known = tool_find (tool);
  g_autofree char *fingerprint = known ? tool_dup_fingerprint (known) : NULL;

  for (guint i = 0; rules && known && i < rules->len; i++)
    {
      const StoreToolRule *rule = g_ptr_array_index (rules, i);

      if (!rule->conversation_id && rule->rule == STORE_RULE_ALLOW && g_str_equal (rule->tool, tool)
          && g_strcmp0 (rule->fingerprint, fingerprint) == 0)
        return TRUE;
    }
  return FALSE;
}

char *
myna_tool_rule_describe (const StoreToolRule *rule, const char *title)
{
  if (rule->rule == STORE_RULE_ASK)
    return g_strdup (rule->conversation_id ? _ ("Asks each time in one chat") : _ ("Asks each time"));
  if (!rule->conversation_id)
    return g_strdup (_ ("Allowed in all chats"));
  if (!title)
    return g_strdup (_ ("Allowed in a chat"));
  /* Translators: %s is the title of a chat */
  return g_strdup_printf (_ ("Allowed in “%s”"), *title ? title : _ ("Untitled chat"));
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

typedef struct
{
  GPtrArray *rules;   /* of StoreToolRule; NULL: not read yet */
  GHashTable *titles; /* gint64 * → char * */
  guint n_waiting;    /* titles on their way */
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->rules, g_ptr_array_unref);
  g_hash_table_unref (listing->titles);
  g_free (listing);
}

static void
end_if_done (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  if (listing->n_waiting == 0)
    g_task_return_pointer (task, g_steal_pointer (&listing->rules), (GDestroyNotify) g_ptr_array_unref);
}

static void
chat_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GPtrArray) chats = store_finish_list (STORE_DB (source), result, NULL);
  const StoreConversation *chat = chats && chats->len > 0 ? g_ptr_array_index (chats, 0) : NULL;

  if (chat)
    g_hash_table_insert (listing->titles, g_memdup2 (&chat->id, sizeof chat->id), g_strdup (chat->title));
  listing->n_waiting--;
  end_if_done (task);
}

static void
rules_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Listing *listing = g_task_get_task_data (task);
  GError *error = NULL;

  listing->rules = store_finish_list (STORE_DB (source), result, &error);
  if (error)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < listing->rules->len; i++)
    {
      const StoreToolRule *rule = g_ptr_array_index (listing->rules, i);

      if (!rule->conversation_id)
        continue;
      listing->n_waiting++;
      store_get_conversation_async (STORE_DB (source), rule->conversation_id, g_task_get_cancellable (task), chat_read_cb,
                                    g_object_ref (task));
    }
  end_if_done (task);
}

void
myna_tool_rules_list_async (StoreDb *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (store, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->titles = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_task_set_task_data (task, listing, listing_free);
  store_list_tool_rules_async (store, -1, cancellable, rules_read_cb, task);
}

GPtrArray *
myna_tool_rules_list_finish (GAsyncResult *result, GHashTable **ret_titles, GError **error)
{
  Listing *listing = g_task_get_task_data (G_TASK (result));
  GPtrArray *rules = g_task_propagate_pointer (G_TASK (result), error);

  if (rules && ret_titles)
    *ret_titles = g_hash_table_ref (listing->titles);
  return rules;
}
