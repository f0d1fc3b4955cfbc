/* myna-history-model-private.h: what myna-history-model.c and myna-history-model-store.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-history-model.h"

G_BEGIN_DECLS

struct _MynaHistoryModel
{
  GObject parent_instance;

  StoreDb *store;
  StoreListKind kind;
  GCancellable *cancellable;
  gboolean loading;
  gboolean reload_pending;
  guint midnight_source;

  GPtrArray *records;   /* of MynaHistoryRecord, owned, sorted */
  GHashTable *by_id;    /* id inside the record → MynaHistoryRecord */
  GPtrArray *folders;   /* of MynaHistoryFolder, owned, by name */
  GArray *entries;      /* of MynaHistoryEntry: the rows */
  GHashTable *items;    /* key of a row → MynaHistoryItem, not owned */
  GHashTable *expanded; /* ids of folders, set of gint64 */
  GHashTable *busy;     /* set of gint64 */
  GHashTable *checked;  /* set of gint64 */
};

/* myna-history-model.c */
/* Makes the rows anew and announces what differs from those before. */
void myna_history_model_update_entries (MynaHistoryModel *self);
/* Brings the living items up to date with the entries. */
void myna_history_model_update_items (MynaHistoryModel *self);
/* The living item of a conversation, or NULL. */
MynaHistoryItem *myna_history_model_get_living_item (MynaHistoryModel *self, gint64 id);

/* myna-history-model-store.c */
/* Reads everything again, forgetting what was asked before. */
void myna_history_model_start_over (MynaHistoryModel *self);

G_END_DECLS
