/* myna-history-entries.h: which rows the history has, in which order (plain structs, no objects)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-history-item.h"

G_BEGIN_DECLS

/* What is known of a conversation. */
typedef struct
{
  gint64 id;
  gint64 updated_at; /* ms since 1970 */
  gint64 folder_id;
  char *title;
  gboolean pinned;
  char *remote; /* the path of its model, where that is one of a server; else NULL */
} MynaHistoryRecord;

typedef struct
{
  gint64 id;
  gint64 parent_id; /* 0: at the top */
  char *name;
  gboolean expanded;
} MynaHistoryFolder;

/* One row of the list. */
typedef struct
{
  gint64 id;         /* of a heading 0 or its month */
  const char *title; /* the record's or folder's; NULL for headings */
  guint8 kind;       /* MynaHistoryKind */
  guint8 group;      /* MynaHistoryGroup */
  guint8 depth;
  guint8 expanded; /* folders */
} MynaHistoryEntry;

void myna_history_record_free (gpointer record);
void myna_history_folder_free (gpointer folder);
/* Of StoreFolders, in their order; expanded: ids of the open ones, set of gint64.  MynaHistoryFolder; the caller owns it. */
GPtrArray *myna_history_folders_make (GPtrArray *stored, GHashTable *expanded) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: there is no such folder. */
const MynaHistoryFolder *myna_history_folders_find (GPtrArray *folders, gint64 id);
/* Pinned first, then newest first: the order in which records must stand. */
int myna_history_record_compare (gconstpointer a, gconstpointer b);

/* The rows of these records (sorted) and folders (by name), grouped by the midnights before `now`.  folders may be NULL.
 * An array of MynaHistoryEntry that the caller owns; the titles stay the records'. */
GArray *myna_history_entries_make (GPtrArray *records, GPtrArray *folders, GDateTime *now) G_GNUC_WARN_UNUSED_RESULT;
/* Where this row stands; G_MAXUINT: nowhere. */
guint myna_history_entries_find (GArray *entries, MynaHistoryKind kind, gint64 id);
/* One number for each row that can exist: conversations by id, folders and headings below zero, months far below. */
gint64 myna_history_entry_get_key (const MynaHistoryEntry *entry);
/* What differs between the common beginning and the common end; FALSE if nothing does. */
gboolean myna_history_entries_diff (GArray *before, GArray *after, guint *ret_position, guint *ret_n_removed,
                                    guint *ret_n_added);

G_END_DECLS
