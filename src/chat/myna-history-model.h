/* myna-history-model.h: the list of conversations, grouped, as a list model that makes its rows lazily (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-history-entries.h"
#include "storage/storage.h"
#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_HISTORY_MODEL (myna_history_model_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistoryModel, myna_history_model, MYNA, HISTORY_MODEL, GObject)

/* Implements GListModel of MynaHistoryItem.  Properties: "kind" (StoreListKind, int), "loading" (boolean),
 * "n-conversations" and "n-checked" (unsigned int).*/
MynaHistoryModel *myna_history_model_new (void);
/* Follows this store from now on; NULL empties the list. */
void myna_history_model_set_store (MynaHistoryModel *self, StoreDb *store);
/* The servers whose names mark conversations with their models. */
void myna_history_model_set_servers (MynaHistoryModel *self, MynaRemoteServers *servers);
StoreListKind myna_history_model_get_kind (MynaHistoryModel *self);
void myna_history_model_set_kind (MynaHistoryModel *self, StoreListKind kind);
gboolean myna_history_model_get_loading (MynaHistoryModel *self);
/* While a name is typed in a row nothing comes, goes or moves; what happened is shown when the list is let go.  Another kind or store
 * lets it go. */
void myna_history_model_set_held (MynaHistoryModel *self, gboolean held);
/* Conversations, shown or inside folders that are closed. */
guint myna_history_model_get_n_conversations (MynaHistoryModel *self);
const char *myna_history_model_get_title (MynaHistoryModel *self, gint64 id);
gboolean myna_history_model_get_pinned (MynaHistoryModel *self, gint64 id);
/* The folder that the conversation lies in; 0 for none. */
gint64 myna_history_model_get_folder (MynaHistoryModel *self, gint64 id);
/* All folders, by name: MynaHistoryFolder, owned by the model. */
GPtrArray *myna_history_model_get_folders (MynaHistoryModel *self);
/* "": there is no such folder. */
const char *myna_history_model_get_folder_name (MynaHistoryModel *self, gint64 id);
void myna_history_model_set_expanded (MynaHistoryModel *self, gint64 folder_id, gboolean expanded);
/* Opens the folders that the conversation lies in, where it has no row.  FALSE: it is on another list. */
gboolean myna_history_model_reveal (MynaHistoryModel *self, gint64 id);
/* Ids of the open folders ('ax', floating), to be kept in the settings. */
GVariant *myna_history_model_dup_expanded (MynaHistoryModel *self);
/* Where this row stands; GTK_INVALID_LIST_POSITION (G_MAXUINT) if it has none. */
guint myna_history_model_find (MynaHistoryModel *self, MynaHistoryKind kind, gint64 id);
/* The conversation after (step 1) or before (step −1) this one in the order shown; 0 if none. */
gint64 myna_history_model_get_neighbour (MynaHistoryModel *self, gint64 id, int step);
void myna_history_model_set_busy (MynaHistoryModel *self, gint64 id, gboolean busy);
void myna_history_model_set_asking (MynaHistoryModel *self, gint64 id, gboolean asking);

/* What stands above the list: what it is, or how many are selected.  The caller frees. */
char *myna_history_model_dup_title (MynaHistoryModel *self, gboolean selecting) G_GNUC_WARN_UNUSED_RESULT;

/* A selection of several conversations. */
void myna_history_model_set_checked (MynaHistoryModel *self, gint64 id, gboolean checked);
/* Everything between two conversations, with them.  FALSE: one of them is not on the list. */
gboolean myna_history_model_check_range (MynaHistoryModel *self, gint64 from_id, gint64 to_id);
gboolean myna_history_model_get_checked (MynaHistoryModel *self, gint64 id);
guint myna_history_model_get_n_checked (MynaHistoryModel *self);
/* The ids, an array of gint64 that the caller owns. */
GArray *myna_history_model_dup_checked (MynaHistoryModel *self);
void myna_history_model_check_all (MynaHistoryModel *self);
void myna_history_model_uncheck_all (MynaHistoryModel *self);

G_END_DECLS
