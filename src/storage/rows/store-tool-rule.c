/* store-tool-rule.c: what a person allowed tools to do once and for all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "db/store-db.h"
#include "rows/store-record.h"

G_DEFINE_BOXED_TYPE (StoreToolRule, store_tool_rule, store_tool_rule_copy, store_tool_rule_free)

StoreToolRule *
store_tool_rule_copy (const StoreToolRule *rule)
{
  StoreToolRule *copy = g_memdup2 (rule, sizeof *rule);

  copy->tool = g_strdup (rule->tool ? rule->tool : "");
  copy->fingerprint = g_strdup (rule->fingerprint ? rule->fingerprint : "");
  return copy;
}

void
store_tool_rule_free (StoreToolRule *rule)
{
  if (!rule)
    return;

  g_free (rule->tool);
  g_free (rule->fingerprint);
  g_free (rule);
}

static gboolean
set_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreToolRule *rule = request;

  if (!store_check_length (rule->tool, STORE_MAX_TITLE_BYTES, "The tool's name", error)
      || !store_check_length (rule->fingerprint, STORE_MAX_TITLE_BYTES, "The fingerprint", error))
    return FALSE;
  if (rule->rule == STORE_RULE_NONE)
    return store_exec (connection, NULL, error, "DELETE FROM tool_rule WHERE tool = ?1 AND conversation_id = ?2", "tI",
                       rule->tool, rule->conversation_id);
  return store_exec (connection, NULL, error, "REPLACE INTO tool_rule VALUES (?1, ?2, ?3, ?4, ?5)", "tItiI", rule->tool,
                     rule->conversation_id, rule->fingerprint, (int) rule->rule, store_now ());
}

void
store_set_tool_rule_async (StoreDb *self, const StoreToolRule *rule, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (rule != NULL && rule->tool != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, set_work, store_tool_rule_copy (rule), (GDestroyNotify) store_tool_rule_free,
                    cancellable, callback, user_data);
}

static gboolean
list_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreArgs *args = request;
  GError *local_error = NULL;
  g_autoptr (sqlite3_stmt) row = store_prepare (connection, error,
                                                "SELECT tool, conversation_id, fingerprint, rule, created_at FROM tool_rule"
                                                " WHERE ?1 < 0 OR conversation_id IN (0, ?1) ORDER BY tool, conversation_id",
                                                "I", args->id);

  if (!row)
    return FALSE;
  result->list = g_ptr_array_new_with_free_func ((GDestroyNotify) store_tool_rule_free);
  while (store_step (row, &local_error))
    {
      StoreToolRule *rule = g_new (StoreToolRule, 1);

      *rule = (StoreToolRule){
        .tool = store_column_text (row, 0),
        .conversation_id = sqlite3_column_int64 (row, 1),
        .fingerprint = store_column_text (row, 2),
        .rule = sqlite3_column_int (row, 3),
        .created_at = sqlite3_column_int64 (row, 4),
      };
      g_ptr_array_add (result->list, rule);
    }
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

void
store_list_tool_rules_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  store_db_request (self, STORE_ACCESS_READ, list_work, store_args_new (conversation_id, 0, NULL), store_args_free, cancellable,
                    callback, user_data);
}
