/* tool-rules.h: what a person decided for all calls of a tool: changed, read, and in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* For the tool as it is now, in one chat or (0) in all; STORE_RULE_NONE takes the decision back.  → store_finish() */
void myna_tool_rule_set_async (StoreDb *store, const char *tool, gint64 conversation_id, StoreRule rule,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* All decisions, and the titles of the chats that they are for. */
void myna_tool_rules_list_async (StoreDb *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Of StoreToolRule, by tool.  ret_titles: char * by the conversation's id (gint64 *); one that cannot be read is not in it. */
GPtrArray *myna_tool_rules_list_finish (GAsyncResult *result, GHashTable **ret_titles, GError **error);
/* Whether rules (of StoreToolRule; NULL: none) let the tool as it is now run without asking in all chats. */
gboolean myna_tool_rules_allow (GPtrArray *rules, const char *tool);
/* What was decided; title: of its chat, NULL: there is none, or it is not known.  The caller frees. */
char *myna_tool_rule_describe (const StoreToolRule *rule, const char *title) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
